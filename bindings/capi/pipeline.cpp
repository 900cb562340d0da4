#include "mmdeploy/pipeline/pipeline.h"

#include <memory>

#include "bindings/capi/generated/functions.h"
#include "bindings/capi/handle.h"
#include "bindings/capi/sender.h"
#include "bindings/capi/task.h"

struct mmdeploy_pipeline {
  std::shared_ptr<const mmdeploy::Pipeline> pipeline;
};

namespace mmdeploy::capi {

Result<void> PipelineCreateFromModel(mmdeploy_model_t model, mmdeploy_context_t context,
                                     mmdeploy_pipeline_t* pipeline) {
  MMDEPLOY_TRY(auto loaded, Pipeline::Load(model->model, OptionsOf(*context)));
  *pipeline = new mmdeploy_pipeline{std::move(loaded)};
  return {};
}

Result<void> PipelineApply(mmdeploy_pipeline_t pipeline, mmdeploy_value_t input,
                           mmdeploy_value_t* output) {
  MMDEPLOY_TRY(auto results, pipeline->pipeline->Run(input->values));
  *output = new mmdeploy_value{std::move(results)};
  return {};
}

Result<void> PipelineApplyAsync(mmdeploy_pipeline_t pipeline, mmdeploy_sender_t input,
                                mmdeploy_sender_t* output) {
  *output = NewSender(RunAsync(pipeline->pipeline, Take(input)));
  return {};
}

void PipelineDestroy(mmdeploy_pipeline_t pipeline) { delete pipeline; }

}  // namespace mmdeploy::capi
