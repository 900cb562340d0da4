#include "bindings/capi/task.h"

#include <set>

#include "bindings/capi/profiler.h"
#include "bindings/capi/scheduler.h"

namespace mmdeploy::capi {
namespace {

Result<void> CheckSignature(const Pipeline& pipeline, const char* task_name,
                            const ResultType& type) {
  MMDEPLOY_ENSURE(pipeline.inputs().size() == 1 && pipeline.outputs().size() == 1,
                  Code::kInvalidArgument,
                  "the model's pipeline has {} inputs and {} outputs, a {} needs one of each",
                  pipeline.inputs().size(), pipeline.outputs().size(), task_name);
  const EdgeType& output = pipeline.output_types()[0];
  const EdgeType expected{Kind(type), type.is_list ? 2 : 1, {}};
  MMDEPLOY_ENSURE(output.kinds.Has(type) && output.depth == expected.depth, Code::kInvalidArgument,
                  "the model gives {}, a {} needs {}; open it as another task", Describe(output),
                  task_name, Describe(expected));
  return {};
}

bool Is(const Value& value, const ResultType& type) {
  return !value.is_list() && value.kind() == Kind(type);
}

// Whether the value is what one image has.
bool IsImageResult(const Value& value, const ResultType& type) {
  if (!type.is_list) return Is(value, type);
  return value.is_list() && std::all_of(value.list().begin(), value.list().end(),
                                        [&](const Value& item) { return Is(item, type); });
}

}  // namespace

PipelineOptions OptionsOf(const mmdeploy_context& context) {
  PipelineOptions options;
  options.net.device = context.device;
  options.net.num_threads = context.num_threads;
  options.net.trusted = context.trusted;
  options.net.low_latency = context.low_latency;
  options.models = context.models;
  for (const auto& [name, scheduler] : context.schedulers) {
    options.decorate[name] = [scheduler = scheduler](std::shared_ptr<const Module> module) {
      return scheduler->Decorate(std::move(module), scheduler);
    };
  }
  if (context.profiler) {
    options.decorate_all = [profiler = context.profiler](const std::string& name,
                                                         std::shared_ptr<const Module> module) {
      return Profiler::Decorate(profiler, name, std::move(module));
    };
  }
  return options;
}

Result<std::shared_ptr<const Pipeline>> LoadPipeline(std::shared_ptr<const Model> model,
                                                     PipelineOptions options, const char* task_name,
                                                     const ResultType& type, bool takes_boxes) {
  options.inputs.push_back({KindSet(takes_boxes ? Kind::kSample : Kind::kImage), 1, {}});
  const std::string origin = model->origin();
  MMDEPLOY_TRY(auto pipeline, Pipeline::Load(std::move(model), options));
  if (auto checked = CheckSignature(*pipeline, task_name, type); !checked) {
    return MakeError(checked.error().In(origin));
  }
  return pipeline;
}

Result<void> AddSchedulers(mmdeploy_exec_info_t exec_info, PipelineOptions* options) {
  std::set<const mmdeploy_exec_info*> seen;
  for (const auto* info = exec_info; info != nullptr; info = info->next) {
    MMDEPLOY_ENSURE(seen.insert(info).second, Code::kInvalidArgument,
                    "argument 'exec_info' is a list that returns to itself; the last `next` must "
                    "be NULL");
    if (info->scheduler == nullptr) continue;
    MMDEPLOY_ENSURE(info->task_name != nullptr, Code::kInvalidArgument,
                    "argument 'exec_info' has a scheduler without task_name");
    options->decorate[info->task_name] =
        [scheduler = info->scheduler->scheduler](std::shared_ptr<const Module> module) {
          return scheduler->Decorate(std::move(module), scheduler);
        };
  }
  return {};
}

Result<const Value::List*> ImageResults(const mmdeploy_value& value, const char* task_name,
                                        const ResultType& type) {
  const auto& values = value.values;
  const bool fits = values.size() == 1 && values[0].is_list() &&
                    std::all_of(values[0].list().begin(), values[0].list().end(),
                                [&](const Value& image) { return IsImageResult(image, type); });
  MMDEPLOY_ENSURE(
      fits, Code::kInvalidArgument,
      "the value holds {}, expected an output of mmdeploy_{}_apply_v2: per image {}{}",
      values.size() == 1 ? Describe(values[0]) : fmt::format("{} values", values.size()), task_name,
      type.is_list ? "a list of " : "", type.name);
  return &values[0].list();
}

}  // namespace mmdeploy::capi
