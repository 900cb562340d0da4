// Generated from api/sdk.yaml by api/gen.py. Detection of text.
#ifndef MMDEPLOY_TEXT_DETECTOR_H
#define MMDEPLOY_TEXT_DETECTOR_H

#include "mmdeploy/common.h"
#include "mmdeploy/executor.h"
#include "mmdeploy/model.h"

#ifdef __cplusplus
extern "C" {
#endif

// Detection of text: a loaded model.
typedef struct mmdeploy_text_detector* mmdeploy_text_detector_t;

// A word or a line of an image, in the order in which the model gives them.
typedef struct mmdeploy_text_detection_t {
  // four corners, pixels of the image that was given
  mmdeploy_point_t bbox[4];
  // 0..1
  float score;
} mmdeploy_text_detection_t;

// Loads a model into its engine. The handle keeps what it needs of the model.
MMDEPLOY_API int mmdeploy_text_detector_create(mmdeploy_model_t model, const char* device_name,
                                               int device_id, mmdeploy_text_detector_t* handle);

// The same from a folder or a zip file.
MMDEPLOY_API int mmdeploy_text_detector_create_by_path(const char* model_path,
                                                       const char* device_name, int device_id,
                                                       mmdeploy_text_detector_t* handle);

// The same with the settings of a context (device, threads).
MMDEPLOY_API int mmdeploy_text_detector_create_with_context(mmdeploy_model_t model,
                                                            mmdeploy_context_t context,
                                                            mmdeploy_text_detector_t* handle);

// The same with schedulers that tasks of the pipeline run on. With MMDEPLOY_API_LEVEL 1 this name
// is mmdeploy_text_detector_create_with_context.
#if MMDEPLOY_API_LEVEL >= 1
#define mmdeploy_text_detector_create_v2 mmdeploy_text_detector_create_with_context
#else
MMDEPLOY_API int mmdeploy_text_detector_create_v2(mmdeploy_model_t model, const char* device_name,
                                                  int device_id, mmdeploy_exec_info_t exec_info,
                                                  mmdeploy_text_detector_t* handle);
#endif

// A value that holds images. Their pixels are not copied and must stay valid while the value is in
// use.
MMDEPLOY_API int mmdeploy_text_detector_create_input(const mmdeploy_mat_t* mats, int mat_count,
                                                     mmdeploy_value_t* value);

// Runs the model on images. Any number of threads may call one handle at the same time. The caller
// frees the results with mmdeploy_text_detector_release_result.
//   results: of all images one after the other
//   result_count: how many of them each image has; an entry per image
MMDEPLOY_API int mmdeploy_text_detector_apply(mmdeploy_text_detector_t handle,
                                              const mmdeploy_mat_t* mats, int mat_count,
                                              mmdeploy_text_detection_t** results,
                                              int** result_count);

// Runs the model on a value of mmdeploy_text_detector_create_input. The caller destroys both
// values.
MMDEPLOY_API int mmdeploy_text_detector_apply_v2(mmdeploy_text_detector_t handle,
                                                 mmdeploy_value_t input, mmdeploy_value_t* output);

// Runs the model on what `input` gives, on the thread where that ends;
// mmdeploy_text_detector_get_result reads what the new sender gives. The handle must live until it
// completes.
MMDEPLOY_API int mmdeploy_text_detector_apply_async(mmdeploy_text_detector_t handle,
                                                    mmdeploy_sender_t input,
                                                    mmdeploy_sender_t* output);

// Goes on with results, which it owns: `output` gets the sender whose value the chain gives.
// Anything but 0, or no sender, gives an empty value.
typedef int (*mmdeploy_text_detector_continue_t)(mmdeploy_text_detection_t* results,
                                                 int* result_count, void* context,
                                                 mmdeploy_sender_t* output);

// Runs the model on images, on the thread where the sender is started. Pixels and handle must live
// until it completes.
MMDEPLOY_API int mmdeploy_text_detector_apply_async_v3(mmdeploy_text_detector_t handle,
                                                       const mmdeploy_mat_t* mats, int mat_count,
                                                       mmdeploy_sender_t* output);

// Lets `cont` go on with the results in what `input` gives, a sender of this task's apply_async or
// apply_async_v3.
MMDEPLOY_API int mmdeploy_text_detector_continue_async(mmdeploy_sender_t input,
                                                       mmdeploy_text_detector_continue_t cont,
                                                       void* context, mmdeploy_sender_t* output);

// The results in an output of mmdeploy_text_detector_apply_v2, to be freed like those of
// mmdeploy_text_detector_apply.
MMDEPLOY_API int mmdeploy_text_detector_get_result(mmdeploy_value_t output,
                                                   mmdeploy_text_detection_t** results,
                                                   int** result_count);

// Frees results.
//   count: number of images, after apply_bbox of boxes
MMDEPLOY_API void mmdeploy_text_detector_release_result(mmdeploy_text_detection_t* results,
                                                        const int* result_count, int count);

// Frees a handle. No call on it may be running.
MMDEPLOY_API void mmdeploy_text_detector_destroy(mmdeploy_text_detector_t handle);

#ifdef __cplusplus
}
#endif

#endif  // MMDEPLOY_TEXT_DETECTOR_H
