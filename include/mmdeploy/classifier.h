// Generated from api/sdk.yaml by api/gen.py. Image classification.
#ifndef MMDEPLOY_CLASSIFIER_H
#define MMDEPLOY_CLASSIFIER_H

#include "mmdeploy/common.h"
#include "mmdeploy/executor.h"
#include "mmdeploy/model.h"

#ifdef __cplusplus
extern "C" {
#endif

// Image classification: a loaded model.
typedef struct mmdeploy_classifier* mmdeploy_classifier_t;

// One class of an image. The classes of an image are in the order of falling score.
typedef struct mmdeploy_classification_t {
  // index of the class
  int label_id;
  // as the model gives it, normally 0..1
  float score;
} mmdeploy_classification_t;

// Loads a model into its engine. The handle keeps what it needs of the model.
MMDEPLOY_API int mmdeploy_classifier_create(mmdeploy_model_t model, const char* device_name,
                                            int device_id, mmdeploy_classifier_t* handle);

// The same from a folder or a zip file.
MMDEPLOY_API int mmdeploy_classifier_create_by_path(const char* model_path, const char* device_name,
                                                    int device_id, mmdeploy_classifier_t* handle);

// The same with the settings of a context (device, threads).
MMDEPLOY_API int mmdeploy_classifier_create_with_context(mmdeploy_model_t model,
                                                         mmdeploy_context_t context,
                                                         mmdeploy_classifier_t* handle);

// The same with schedulers that tasks of the pipeline run on. With MMDEPLOY_API_LEVEL 1 this name
// is mmdeploy_classifier_create_with_context.
#if MMDEPLOY_API_LEVEL >= 1
#define mmdeploy_classifier_create_v2 mmdeploy_classifier_create_with_context
#else
MMDEPLOY_API int mmdeploy_classifier_create_v2(mmdeploy_model_t model, const char* device_name,
                                               int device_id, mmdeploy_exec_info_t exec_info,
                                               mmdeploy_classifier_t* handle);
#endif

// A value that holds images. Their pixels are not copied and must stay valid while the value is in
// use.
MMDEPLOY_API int mmdeploy_classifier_create_input(const mmdeploy_mat_t* mats, int mat_count,
                                                  mmdeploy_value_t* value);

// Runs the model on images. Any number of threads may call one handle at the same time. The caller
// frees the results with mmdeploy_classifier_release_result.
//   results: of all images one after the other
//   result_count: how many of them each image has; an entry per image
MMDEPLOY_API int mmdeploy_classifier_apply(mmdeploy_classifier_t handle, const mmdeploy_mat_t* mats,
                                           int mat_count, mmdeploy_classification_t** results,
                                           int** result_count);

// Runs the model on a value of mmdeploy_classifier_create_input. The caller destroys both values.
MMDEPLOY_API int mmdeploy_classifier_apply_v2(mmdeploy_classifier_t handle, mmdeploy_value_t input,
                                              mmdeploy_value_t* output);

// Runs the model on what `input` gives, on the thread where that ends;
// mmdeploy_classifier_get_result reads what the new sender gives. The handle must live until it
// completes.
MMDEPLOY_API int mmdeploy_classifier_apply_async(mmdeploy_classifier_t handle,
                                                 mmdeploy_sender_t input,
                                                 mmdeploy_sender_t* output);

// The results in an output of mmdeploy_classifier_apply_v2, to be freed like those of
// mmdeploy_classifier_apply.
MMDEPLOY_API int mmdeploy_classifier_get_result(mmdeploy_value_t output,
                                                mmdeploy_classification_t** results,
                                                int** result_count);

// Frees results.
//   count: number of images, after apply_bbox of boxes
MMDEPLOY_API void mmdeploy_classifier_release_result(mmdeploy_classification_t* results,
                                                     const int* result_count, int count);

// Frees a handle. No call on it may be running.
MMDEPLOY_API void mmdeploy_classifier_destroy(mmdeploy_classifier_t handle);

#ifdef __cplusplus
}
#endif

#endif  // MMDEPLOY_CLASSIFIER_H
