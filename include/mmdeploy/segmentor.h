// Generated from api/sdk.yaml by api/gen.py. Semantic segmentation.
#ifndef MMDEPLOY_SEGMENTOR_H
#define MMDEPLOY_SEGMENTOR_H

#include "mmdeploy/common.h"
#include "mmdeploy/executor.h"
#include "mmdeploy/model.h"

#ifdef __cplusplus
extern "C" {
#endif

// Semantic segmentation: a loaded model.
typedef struct mmdeploy_segmentor* mmdeploy_segmentor_t;

// The class of every pixel of an image, or the score of each class there.
typedef struct mmdeploy_segmentation_t {
  // pixels of the image that was given
  int height;
  // pixels
  int width;
  // number of classes
  int classes;
  // [height,width] indices of classes; none where the model gives scores
  int* mask;
  // [classes,height,width]; none where the model gives classes
  float* score;
} mmdeploy_segmentation_t;

// Loads a model into its engine. The handle keeps what it needs of the model.
MMDEPLOY_API int mmdeploy_segmentor_create(mmdeploy_model_t model, const char* device_name,
                                           int device_id, mmdeploy_segmentor_t* handle);

// The same from a folder or a zip file.
MMDEPLOY_API int mmdeploy_segmentor_create_by_path(const char* model_path, const char* device_name,
                                                   int device_id, mmdeploy_segmentor_t* handle);

// The same with the settings of a context (device, threads).
MMDEPLOY_API int mmdeploy_segmentor_create_with_context(mmdeploy_model_t model,
                                                        mmdeploy_context_t context,
                                                        mmdeploy_segmentor_t* handle);

// The same with schedulers that tasks of the pipeline run on. With MMDEPLOY_API_LEVEL 1 this name
// is mmdeploy_segmentor_create_with_context.
#if MMDEPLOY_API_LEVEL >= 1
#define mmdeploy_segmentor_create_v2 mmdeploy_segmentor_create_with_context
#else
MMDEPLOY_API int mmdeploy_segmentor_create_v2(mmdeploy_model_t model, const char* device_name,
                                              int device_id, mmdeploy_exec_info_t exec_info,
                                              mmdeploy_segmentor_t* handle);
#endif

// A value that holds images. Their pixels are not copied and must stay valid while the value is in
// use.
MMDEPLOY_API int mmdeploy_segmentor_create_input(const mmdeploy_mat_t* mats, int mat_count,
                                                 mmdeploy_value_t* value);

// Runs the model on images. Any number of threads may call one handle at the same time. The caller
// frees the results with mmdeploy_segmentor_release_result.
//   results: of all images one after the other
MMDEPLOY_API int mmdeploy_segmentor_apply(mmdeploy_segmentor_t handle, const mmdeploy_mat_t* mats,
                                          int mat_count, mmdeploy_segmentation_t** results);

// Runs the model on a value of mmdeploy_segmentor_create_input. The caller destroys both values.
MMDEPLOY_API int mmdeploy_segmentor_apply_v2(mmdeploy_segmentor_t handle, mmdeploy_value_t input,
                                             mmdeploy_value_t* output);

// Runs the model on what `input` gives, on the thread where that ends;
// mmdeploy_segmentor_get_result reads what the new sender gives. The handle must live until it
// completes.
MMDEPLOY_API int mmdeploy_segmentor_apply_async(mmdeploy_segmentor_t handle,
                                                mmdeploy_sender_t input, mmdeploy_sender_t* output);

// The results in an output of mmdeploy_segmentor_apply_v2, to be freed like those of
// mmdeploy_segmentor_apply.
MMDEPLOY_API int mmdeploy_segmentor_get_result(mmdeploy_value_t output,
                                               mmdeploy_segmentation_t** results);

// Frees results.
//   count: number of images, after apply_bbox of boxes
MMDEPLOY_API void mmdeploy_segmentor_release_result(mmdeploy_segmentation_t* results, int count);

// Frees a handle. No call on it may be running.
MMDEPLOY_API void mmdeploy_segmentor_destroy(mmdeploy_segmentor_t handle);

#ifdef __cplusplus
}
#endif

#endif  // MMDEPLOY_SEGMENTOR_H
