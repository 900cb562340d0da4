// Generated from api/sdk.yaml by api/gen.py. Reading of text in given quads.
#ifndef MMDEPLOY_TEXT_RECOGNIZER_H
#define MMDEPLOY_TEXT_RECOGNIZER_H

#include "mmdeploy/common.h"
#include "mmdeploy/executor.h"
#include "mmdeploy/model.h"
#include "mmdeploy/text_detector.h"

#ifdef __cplusplus
extern "C" {
#endif

// Reading of text in given quads: a loaded model.
typedef struct mmdeploy_text_recognizer* mmdeploy_text_recognizer_t;

// The text in one quad, in the order in which the quads were given, image by image.
typedef struct mmdeploy_text_recognition_t {
  // UTF-8
  char* text;
  // of each symbol of the text, 0..1
  float* score;
  // number of scores: symbols of the text, not bytes
  int length;
} mmdeploy_text_recognition_t;

// Loads a model into its engine. The handle keeps what it needs of the model.
MMDEPLOY_API int mmdeploy_text_recognizer_create(mmdeploy_model_t model, const char* device_name,
                                                 int device_id, mmdeploy_text_recognizer_t* handle);

// The same from a folder or a zip file.
MMDEPLOY_API int mmdeploy_text_recognizer_create_by_path(const char* model_path,
                                                         const char* device_name, int device_id,
                                                         mmdeploy_text_recognizer_t* handle);

// The same with the settings of a context (device, threads).
MMDEPLOY_API int mmdeploy_text_recognizer_create_with_context(mmdeploy_model_t model,
                                                              mmdeploy_context_t context,
                                                              mmdeploy_text_recognizer_t* handle);

// The same with schedulers that tasks of the pipeline run on. With MMDEPLOY_API_LEVEL 1 this name
// is mmdeploy_text_recognizer_create_with_context.
#if MMDEPLOY_API_LEVEL >= 1
#define mmdeploy_text_recognizer_create_v2 mmdeploy_text_recognizer_create_with_context
#else
MMDEPLOY_API int mmdeploy_text_recognizer_create_v2(mmdeploy_model_t model, const char* device_name,
                                                    int device_id, mmdeploy_exec_info_t exec_info,
                                                    mmdeploy_text_recognizer_t* handle);
#endif

// A value that holds images. Their pixels are not copied and must stay valid while the value is in
// use.
//   bboxes: of all images one after the other; NULL: each image is one box
//   bbox_count: how many boxes each image has; an entry per image
MMDEPLOY_API int mmdeploy_text_recognizer_create_input(const mmdeploy_mat_t* images,
                                                       int image_count,
                                                       const mmdeploy_text_detection_t* bboxes,
                                                       const int* bbox_count,
                                                       mmdeploy_value_t* value);

// Runs the model on images. Any number of threads may call one handle at the same time. The caller
// frees the results with mmdeploy_text_recognizer_release_result.
//   results: of all images one after the other
MMDEPLOY_API int mmdeploy_text_recognizer_apply(mmdeploy_text_recognizer_t handle,
                                                const mmdeploy_mat_t* images, int image_count,
                                                mmdeploy_text_recognition_t** results);

// The same for boxes of images; the number of results is the number of boxes.
//   bboxes: of all images one after the other; NULL: each image is one box
//   bbox_count: how many boxes each image has; an entry per image
MMDEPLOY_API int mmdeploy_text_recognizer_apply_bbox(mmdeploy_text_recognizer_t handle,
                                                     const mmdeploy_mat_t* images, int image_count,
                                                     const mmdeploy_text_detection_t* bboxes,
                                                     const int* bbox_count,
                                                     mmdeploy_text_recognition_t** results);

// Runs the model on a value of mmdeploy_text_recognizer_create_input. The caller destroys both
// values.
MMDEPLOY_API int mmdeploy_text_recognizer_apply_v2(mmdeploy_text_recognizer_t handle,
                                                   mmdeploy_value_t input,
                                                   mmdeploy_value_t* output);

// Runs the model on what `input` gives, on the thread where that ends;
// mmdeploy_text_recognizer_get_result reads what the new sender gives. The handle must live until
// it completes.
MMDEPLOY_API int mmdeploy_text_recognizer_apply_async(mmdeploy_text_recognizer_t handle,
                                                      mmdeploy_sender_t input,
                                                      mmdeploy_sender_t* output);

// Goes on with results, which it owns: `output` gets the sender whose value the chain gives.
// Anything but 0, or no sender, gives an empty value.
typedef int (*mmdeploy_text_recognizer_continue_t)(mmdeploy_text_recognition_t* results,
                                                   void* context, mmdeploy_sender_t* output);

// Runs the model on images, on the thread where the sender is started. Pixels and handle must live
// until it completes.
//   bboxes: of all images one after the other; NULL: each image is one box
//   bbox_count: how many boxes each image has; an entry per image
MMDEPLOY_API int mmdeploy_text_recognizer_apply_async_v3(
    mmdeploy_text_recognizer_t handle, const mmdeploy_mat_t* images, int image_count,
    const mmdeploy_text_detection_t* bboxes, const int* bbox_count, mmdeploy_sender_t* output);

// Lets `cont` go on with the results in what `input` gives, a sender of this task's apply_async or
// apply_async_v3.
MMDEPLOY_API int mmdeploy_text_recognizer_continue_async(mmdeploy_sender_t input,
                                                         mmdeploy_text_recognizer_continue_t cont,
                                                         void* context, mmdeploy_sender_t* output);

// The results in an output of mmdeploy_text_recognizer_apply_v2, to be freed like those of
// mmdeploy_text_recognizer_apply.
MMDEPLOY_API int mmdeploy_text_recognizer_get_result(mmdeploy_value_t output,
                                                     mmdeploy_text_recognition_t** results);

// Frees results.
//   count: number of images, after apply_bbox of boxes
MMDEPLOY_API void mmdeploy_text_recognizer_release_result(mmdeploy_text_recognition_t* results,
                                                          int count);

// Frees a handle. No call on it may be running.
MMDEPLOY_API void mmdeploy_text_recognizer_destroy(mmdeploy_text_recognizer_t handle);

#ifdef __cplusplus
}
#endif

#endif  // MMDEPLOY_TEXT_RECOGNIZER_H
