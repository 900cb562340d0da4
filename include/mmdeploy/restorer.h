// Generated from api/sdk.yaml by api/gen.py. Image restoration, for example super resolution.
#ifndef MMDEPLOY_RESTORER_H
#define MMDEPLOY_RESTORER_H

#include "mmdeploy/common.h"
#include "mmdeploy/executor.h"
#include "mmdeploy/model.h"

#ifdef __cplusplus
extern "C" {
#endif

// Image restoration, for example super resolution: a loaded model.
typedef struct mmdeploy_restorer* mmdeploy_restorer_t;

// Loads a model into its engine. The handle keeps what it needs of the model.
MMDEPLOY_API int mmdeploy_restorer_create(mmdeploy_model_t model, const char* device_name,
                                          int device_id, mmdeploy_restorer_t* handle);

// The same from a folder or a zip file.
MMDEPLOY_API int mmdeploy_restorer_create_by_path(const char* model_path, const char* device_name,
                                                  int device_id, mmdeploy_restorer_t* handle);

// The same with the settings of a context (device, threads).
MMDEPLOY_API int mmdeploy_restorer_create_with_context(mmdeploy_model_t model,
                                                       mmdeploy_context_t context,
                                                       mmdeploy_restorer_t* handle);

// The same with schedulers that tasks of the pipeline run on. With MMDEPLOY_API_LEVEL 1 this name
// is mmdeploy_restorer_create_with_context.
#if MMDEPLOY_API_LEVEL >= 1
#define mmdeploy_restorer_create_v2 mmdeploy_restorer_create_with_context
#else
MMDEPLOY_API int mmdeploy_restorer_create_v2(mmdeploy_model_t model, const char* device_name,
                                             int device_id, mmdeploy_exec_info_t exec_info,
                                             mmdeploy_restorer_t* handle);
#endif

// A value that holds images. Their pixels are not copied and must stay valid while the value is in
// use.
MMDEPLOY_API int mmdeploy_restorer_create_input(const mmdeploy_mat_t* images, int count,
                                                mmdeploy_value_t* value);

// Runs the model on images. Any number of threads may call one handle at the same time. The caller
// frees the results with mmdeploy_restorer_release_result.
//   results: of all images one after the other
MMDEPLOY_API int mmdeploy_restorer_apply(mmdeploy_restorer_t handle, const mmdeploy_mat_t* images,
                                         int count, mmdeploy_mat_t** results);

// Runs the model on a value of mmdeploy_restorer_create_input. The caller destroys both values.
MMDEPLOY_API int mmdeploy_restorer_apply_v2(mmdeploy_restorer_t handle, mmdeploy_value_t input,
                                            mmdeploy_value_t* output);

// Runs the model on what `input` gives, on the thread where that ends; mmdeploy_restorer_get_result
// reads what the new sender gives. The handle must live until it completes.
MMDEPLOY_API int mmdeploy_restorer_apply_async(mmdeploy_restorer_t handle, mmdeploy_sender_t input,
                                               mmdeploy_sender_t* output);

// The results in an output of mmdeploy_restorer_apply_v2, to be freed like those of
// mmdeploy_restorer_apply.
MMDEPLOY_API int mmdeploy_restorer_get_result(mmdeploy_value_t output, mmdeploy_mat_t** results);

// Frees results.
//   count: number of images, after apply_bbox of boxes
MMDEPLOY_API void mmdeploy_restorer_release_result(mmdeploy_mat_t* results, int count);

// Frees a handle. No call on it may be running.
MMDEPLOY_API void mmdeploy_restorer_destroy(mmdeploy_restorer_t handle);

#ifdef __cplusplus
}
#endif

#endif  // MMDEPLOY_RESTORER_H
