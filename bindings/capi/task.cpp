#include "bindings/capi/task.h"

#include <set>

namespace mmdeploy::capi {
namespace {

// What the C functions of a task can pass on.
constexpr int kResultDepth = 2;  // images, then results of an image

Result<void> CheckSignature(const Pipeline& pipeline, const char* task_name, Kind kind) {
  MMDEPLOY_ENSURE(pipeline.inputs().size() == 1 && pipeline.outputs().size() == 1,
                  Code::kInvalidArgument,
                  "the model's pipeline has {} inputs and {} outputs, a {} needs one of each",
                  pipeline.inputs().size(), pipeline.outputs().size(), task_name);
  const EdgeType& output = pipeline.output_types()[0];
  MMDEPLOY_ENSURE(output.kinds.Has(kind) && output.depth == kResultDepth, Code::kInvalidArgument,
                  "the model gives {}, a {} needs list of list of {}; open it as another task",
                  Describe(output), task_name, Name(kind));
  return {};
}

bool IsListOf(const Value& value, Kind kind) {
  return value.is_list() &&
         std::all_of(value.list().begin(), value.list().end(),
                     [kind](const Value& item) { return !item.is_list() && item.kind() == kind; });
}

}  // namespace

Result<std::shared_ptr<const Pipeline>> LoadPipeline(std::shared_ptr<const Model> model,
                                                     const mmdeploy_context& context,
                                                     const char* task_name, Kind kind) {
  PipelineOptions options;
  options.net.device = context.device;
  options.net.num_threads = context.num_threads;
  options.net.trusted = context.trusted;
  options.inputs.push_back({KindSet(Kind::kImage), 1, {}});
  const std::string origin = model->origin();
  MMDEPLOY_TRY(auto pipeline, Pipeline::Load(std::move(model), options));
  if (auto checked = CheckSignature(*pipeline, task_name, kind); !checked) {
    return MakeError(checked.error().In(origin));
  }
  return pipeline;
}

Result<void> CheckNoSchedulers(mmdeploy_exec_info_t exec_info) {
  std::set<const mmdeploy_exec_info*> seen;
  for (const auto* info = exec_info; info != nullptr; info = info->next) {
    MMDEPLOY_ENSURE(seen.insert(info).second, Code::kInvalidArgument,
                    "argument 'exec_info' is a list that returns to itself; the last `next` must "
                    "be NULL");
    MMDEPLOY_ENSURE(info->scheduler == nullptr, Code::kNotSupported,
                    "argument 'exec_info' names a scheduler for task '{}': schedulers are not "
                    "part of this release, pass NULL",
                    info->task_name != nullptr ? info->task_name : "");
  }
  return {};
}

Result<const Value::List*> ImageResults(const mmdeploy_value& value, const char* task_name,
                                        Kind kind) {
  const auto& values = value.values;
  const bool fits = values.size() == 1 && values[0].is_list() &&
                    std::all_of(values[0].list().begin(), values[0].list().end(),
                                [kind](const Value& image) { return IsListOf(image, kind); });
  MMDEPLOY_ENSURE(
      fits, Code::kInvalidArgument,
      "the value holds {}, expected an output of mmdeploy_{}_apply_v2: per image a "
      "list of {}",
      values.size() == 1 ? Describe(values[0]) : fmt::format("{} values", values.size()), task_name,
      Name(kind));
  return &values[0].list();
}

}  // namespace mmdeploy::capi
