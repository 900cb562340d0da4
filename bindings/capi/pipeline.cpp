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
namespace {

Result<void> Create(mmdeploy_value_t config, const PipelineOptions& options,
                    mmdeploy_pipeline_t* pipeline) {
  MMDEPLOY_ENSURE(
      config->config, Code::kInvalidArgument,
      "argument 'config' holds inputs or outputs of a pipeline, expected the description "
      "of one: a value of mmdeploy_value_from_json");
  MMDEPLOY_TRY(auto compiled, Pipeline::FromConfig(*config->config, options));
  *pipeline = new mmdeploy_pipeline{std::move(compiled)};
  return {};
}

}  // namespace

Result<void> PipelineCreate(mmdeploy_value_t config, const char* device_name, int device_id,
                            mmdeploy_exec_info_t exec_info, mmdeploy_pipeline_t* pipeline) {
  MMDEPLOY_TRY(const Device device, Device::Parse(device_name, device_id));
  PipelineOptions options = OptionsOf({device});
  MMDEPLOY_TRYV(AddSchedulers(exec_info, &options));
  return Create(config, options, pipeline);
}

Result<void> PipelineCreateV3(mmdeploy_value_t config, mmdeploy_context_t context,
                              mmdeploy_pipeline_t* pipeline) {
  return Create(config, OptionsOf(*context), pipeline);
}

Result<void> PipelineCreateFromModel(mmdeploy_model_t model, mmdeploy_context_t context,
                                     mmdeploy_pipeline_t* pipeline) {
  MMDEPLOY_TRY(auto loaded, Pipeline::Load(model->model, OptionsOf(*context)));
  *pipeline = new mmdeploy_pipeline{std::move(loaded)};
  return {};
}

Result<void> PipelineDescribe(mmdeploy_pipeline_t pipeline, mmdeploy_value_t* description) {
  const Pipeline& described = *pipeline->pipeline;
  const auto list = [](const std::vector<std::string>& names, const std::vector<EdgeType>& types) {
    Json all = Json::array();
    for (size_t i = 0; i < names.size(); ++i) {
      all.push_back({{"name", names[i]},
                     {"type", Describe(types[i])},
                     {"is_per_image", types[i].length == Length::kItems}});
    }
    return all;
  };
  Json json = {{"inputs", list(described.inputs(), described.input_types())},
               {"outputs", list(described.outputs(), described.output_types())}};
  *description = new mmdeploy_value{{}, std::make_shared<const Json>(std::move(json))};
  return {};
}

Result<void> PipelineApply(mmdeploy_pipeline_t pipeline, mmdeploy_value_t input,
                           mmdeploy_value_t* output) {
  MMDEPLOY_ENSURE(!input->config, Code::kInvalidArgument,
                  "argument 'input' is a value of mmdeploy_value_from_json, expected the inputs of "
                  "the pipeline");
  MMDEPLOY_TRY(auto results, pipeline->pipeline->Run(input->values));
  *output = new mmdeploy_value{std::move(results), nullptr, pipeline->pipeline->output_types()};
  return {};
}

Result<void> PipelineApplyAsync(mmdeploy_pipeline_t pipeline, mmdeploy_sender_t input,
                                mmdeploy_sender_t* output) {
  *output = NewSender(RunAsync(pipeline->pipeline, Take(input)));
  return {};
}

void PipelineDestroy(mmdeploy_pipeline_t pipeline) { delete pipeline; }

}  // namespace mmdeploy::capi
