// Generated from api/sdk.yaml by api/gen.py. Object detection and instance segmentation.
#ifndef MMDEPLOY_DETECTOR_H
#define MMDEPLOY_DETECTOR_H

#include "mmdeploy/common.h"
#include "mmdeploy/executor.h"
#include "mmdeploy/model.h"

#ifdef __cplusplus
extern "C" {
#endif

// Object detection and instance segmentation: a loaded model.
typedef struct mmdeploy_detector* mmdeploy_detector_t;

// One object of an image, in the order in which the model gives them.
typedef struct mmdeploy_detection_t {
  // index of the class
  int label_id;
  // 0..1
  float score;
  // pixels of the image that was given
  mmdeploy_rect_t bbox;
  // which pixels belong to the object, or none. A mask as large as the image is one of the image;
  // the first pixel of a smaller one lies at max(floor(left) - 1, 0), max(floor(top) - 1, 0)
  mmdeploy_instance_mask_t* mask;
} mmdeploy_detection_t;

// Loads a model into its engine. The handle keeps what it needs of the model.
MMDEPLOY_API int mmdeploy_detector_create(mmdeploy_model_t model, const char* device_name,
                                          int device_id, mmdeploy_detector_t* handle);

// The same from a folder or a zip file.
MMDEPLOY_API int mmdeploy_detector_create_by_path(const char* model_path, const char* device_name,
                                                  int device_id, mmdeploy_detector_t* handle);

// The same with the settings of a context (device, threads).
MMDEPLOY_API int mmdeploy_detector_create_with_context(mmdeploy_model_t model,
                                                       mmdeploy_context_t context,
                                                       mmdeploy_detector_t* handle);

// The same with schedulers that tasks of the pipeline run on. With MMDEPLOY_API_LEVEL 1 this name
// is mmdeploy_detector_create_with_context.
#if MMDEPLOY_API_LEVEL >= 1
#define mmdeploy_detector_create_v2 mmdeploy_detector_create_with_context
#else
MMDEPLOY_API int mmdeploy_detector_create_v2(mmdeploy_model_t model, const char* device_name,
                                             int device_id, mmdeploy_exec_info_t exec_info,
                                             mmdeploy_detector_t* handle);
#endif

// A value that holds images. Their pixels are not copied and must stay valid while the value is in
// use.
MMDEPLOY_API int mmdeploy_detector_create_input(const mmdeploy_mat_t* mats, int mat_count,
                                                mmdeploy_value_t* value);

// Runs the model on images. Any number of threads may call one handle at the same time. The caller
// frees the results with mmdeploy_detector_release_result.
//   results: of all images one after the other
//   result_count: how many of them each image has; an entry per image
MMDEPLOY_API int mmdeploy_detector_apply(mmdeploy_detector_t handle, const mmdeploy_mat_t* mats,
                                         int mat_count, mmdeploy_detection_t** results,
                                         int** result_count);

// Runs the model on a value of mmdeploy_detector_create_input. The caller destroys both values.
MMDEPLOY_API int mmdeploy_detector_apply_v2(mmdeploy_detector_t handle, mmdeploy_value_t input,
                                            mmdeploy_value_t* output);

// Runs the model on what `input` gives, on the thread where that ends; mmdeploy_detector_get_result
// reads what the new sender gives. The handle must live until it completes.
MMDEPLOY_API int mmdeploy_detector_apply_async(mmdeploy_detector_t handle, mmdeploy_sender_t input,
                                               mmdeploy_sender_t* output);

// The results in an output of mmdeploy_detector_apply_v2, to be freed like those of
// mmdeploy_detector_apply.
MMDEPLOY_API int mmdeploy_detector_get_result(mmdeploy_value_t output,
                                              mmdeploy_detection_t** results, int** result_count);

// Frees results.
//   count: number of images, after apply_bbox of boxes
MMDEPLOY_API void mmdeploy_detector_release_result(mmdeploy_detection_t* results,
                                                   const int* result_count, int count);

// Frees a handle. No call on it may be running.
MMDEPLOY_API void mmdeploy_detector_destroy(mmdeploy_detector_t handle);

#ifdef __cplusplus
}
#endif

#endif  // MMDEPLOY_DETECTOR_H
