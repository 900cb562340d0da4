#include "bindings/capi/task.h"

#include <set>

#include "bindings/capi/profiler.h"
#include "bindings/capi/scheduler.h"
#include "mmdeploy/task/text_detector/result.h"

namespace mmdeploy::capi {
namespace {

// What the model does, with quads that are cut out of the images before it.
constexpr char kReadQuads[] = R"({"input": ["images", "quads"], "output": ["results"],
  "in_parts": false, "tasks": [
  {"type": "Task", "name": "warp", "module": "WarpBbox", "input": ["images", "quads"],
   "output": ["patches"]},
  {"type": "Inference", "name": "recog", "input": ["patches"], "output": ["results"],
   "params": {"model": "<the model>"}}]})";

// The name of the model there, which hides none that its own pipeline names.
constexpr char kWholeModel[] = "<the model>";

EdgeType OutputOf(const ResultType& type) { return {Kind(type), type.is_list ? 2 : 1, {}}; }

bool GivesType(const Pipeline& pipeline, const EdgeType& type) {
  const EdgeType& output = pipeline.output_types()[0];
  return !(output.kinds & type.kinds).empty() && output.depth == type.depth;
}

Result<void> CheckSignature(const Pipeline& pipeline, const char* task_name,
                            const ResultType& type) {
  MMDEPLOY_ENSURE(pipeline.inputs().size() == 1 && pipeline.outputs().size() == 1,
                  Code::kInvalidArgument,
                  "the model's pipeline has {} inputs and {} outputs, a {} needs one of each",
                  pipeline.inputs().size(), pipeline.outputs().size(), task_name);
  MMDEPLOY_ENSURE(GivesType(pipeline, OutputOf(type)), Code::kInvalidArgument,
                  "the model gives {}, a {} needs {}; open it as another task",
                  Describe(pipeline.output_types()[0]), task_name, Describe(OutputOf(type)));
  return pipeline.RequireOnePerItem();
}

bool Is(const Value& value, const ResultType& type) {
  return !value.is_list() && value.kind() == Kind(type);
}

// Whether the value is what one image has.
bool IsImageResult(const Value& value, const ResultType& type) {
  if (!value.is_list()) return !type.is_list && Is(value, type);
  return std::all_of(value.list().begin(), value.list().end(),
                     [&](const Value& item) { return Is(item, type); });
}

bool IsOutput(const Value& value, const ResultType& type) {
  return value.is_list() &&
         std::all_of(value.list().begin(), value.list().end(),
                     [&](const Value& image) { return IsImageResult(image, type); });
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
                                                     const ResultType& type, TaskInputs inputs) {
  const EdgeType images{KindSet(Kind::kImage), 1, {}};
  if (inputs == TaskInputs::kQuads) {
    PipelineOptions around = options;
    around.models[kWholeModel] = model;
    const Kind text(TypeOf(static_cast<const TextDetection*>(nullptr)));
    around.inputs = {images, EdgeType{{text, Kind::kNull}, 1, {}}};
    MMDEPLOY_TRY(const Json config, ParseJson(kReadQuads, "quads"));
    auto pipeline = Pipeline::FromConfig(config, around);
    if (pipeline && GivesType(**pipeline, OutputOf(type)) && (*pipeline)->RequireOnePerItem()) {
      return pipeline;
    }
    // The model alone has the reason, in its own words.
    MMDEPLOY_TRYV(LoadPipeline(model, options, task_name, type, TaskInputs::kImages));
    return pipeline;
  }
  const bool takes_boxes = inputs == TaskInputs::kBoxes;
  options.inputs.push_back(takes_boxes ? EdgeType{KindSet(Kind::kSample), 1, {}} : images);
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
  // A list without results looks like one of any type, but the pipeline says what it is of.
  const auto found = std::find_if(values.begin(), values.end(), [&](const Value& one) {
    const auto index = static_cast<size_t>(&one - values.data());
    const EdgeType* declared = index < value.types.size() ? &value.types[index] : nullptr;
    const bool may_hold = declared == nullptr || (declared->kinds.Has(Kind(type)) &&
                                                  declared->depth >= OutputOf(type).depth);
    return may_hold && IsOutput(one, type);
  });
  MMDEPLOY_ENSURE(
      found != values.end(), Code::kInvalidArgument,
      "the value holds {}, expected an output of mmdeploy_{}_apply_v2: per image {}{}",
      values.size() == 1 ? Describe(values[0]) : fmt::format("{} values", values.size()), task_name,
      type.is_list ? "a list of " : "", type.name);
  return &found->list();
}

}  // namespace mmdeploy::capi
