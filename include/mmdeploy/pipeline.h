// Generated from api/sdk.yaml by api/gen.py. Any SDK model as a pipeline of values.
#ifndef MMDEPLOY_PIPELINE_H
#define MMDEPLOY_PIPELINE_H

#include "mmdeploy/common.h"
#include "mmdeploy/executor.h"
#include "mmdeploy/model.h"

#ifdef __cplusplus
extern "C" {
#endif

// A loaded model. Any number of threads may call it at the same time.
typedef struct mmdeploy_pipeline* mmdeploy_pipeline_t;

// A pipeline of a description: `{"pipeline": {"input": [...], "output": [...], "tasks": [...]}}`,
// as in pipeline.json, or a single task. Its Inference tasks name their models by path
// (`params.model`). The inputs of the pipeline are lists, normally of images.
//   config: of mmdeploy_value_from_json; may be destroyed afterwards
//   exec_info: schedulers that tasks run on
MMDEPLOY_API int mmdeploy_pipeline_create(mmdeploy_value_t config, const char* device_name,
                                          int device_id, mmdeploy_exec_info_t exec_info,
                                          mmdeploy_pipeline_t* pipeline);

// The same with the settings of a context, whose models `params.model` may name, too.
MMDEPLOY_API int mmdeploy_pipeline_create_v3(mmdeploy_value_t config, mmdeploy_context_t context,
                                             mmdeploy_pipeline_t* pipeline);

// Loads the pipeline.json of a model. The inputs of the pipeline are lists, normally of images.
MMDEPLOY_API int mmdeploy_pipeline_create_from_model(mmdeploy_model_t model,
                                                     mmdeploy_context_t context,
                                                     mmdeploy_pipeline_t* pipeline);

// A value that says what the pipeline takes and gives, to be read with mmdeploy_value_visit:
// `inputs` and `outputs`, lists of records with `name`, `type` in words ("list of Image"), and
// `is_per_image`, whether an element of the list belongs to each image that is given. The caller
// destroys it.
MMDEPLOY_API int mmdeploy_pipeline_describe(mmdeploy_pipeline_t pipeline,
                                            mmdeploy_value_t* description);

// Runs it. The caller destroys both values.
MMDEPLOY_API int mmdeploy_pipeline_apply(mmdeploy_pipeline_t pipeline, mmdeploy_value_t input,
                                         mmdeploy_value_t* output);

// Runs it on what `input` gives, on the thread where that ends. The handle must live until the
// sender completes.
MMDEPLOY_API int mmdeploy_pipeline_apply_async(mmdeploy_pipeline_t pipeline,
                                               mmdeploy_sender_t input, mmdeploy_sender_t* output);

// Frees a handle. No call on it may be running.
MMDEPLOY_API void mmdeploy_pipeline_destroy(mmdeploy_pipeline_t pipeline);

#ifdef __cplusplus
}
#endif

#endif  // MMDEPLOY_PIPELINE_H
