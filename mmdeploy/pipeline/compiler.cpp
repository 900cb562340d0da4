#include <algorithm>
#include <map>

#include "mmdeploy/base/suggest.h"
#include "mmdeploy/module/place.h"
#include "mmdeploy/pipeline/modules/modules.h"
#include "mmdeploy/pipeline/node_spec.h"
#include "mmdeploy/pipeline/nodes.h"
#include "mmdeploy/pipeline/pipeline.h"

namespace mmdeploy {
namespace {

constexpr int kMaxNesting = 8;

// A string of an object, "" where there is none.
std::string TextOf(const Json& json, const char* key) {
  const bool has = json.is_object() && json.contains(key) && json[key].is_string();
  return has ? json[key].get<std::string>() : "";
}

// What a node runs: "WarpBbox", "mmocr DBHead", "Inference of 'det'", "Cond".
std::string WhatRuns(const NodeSpec& spec, const Json& json) {
  if (spec.type == "Inference" && json.contains("params")) {
    return fmt::format("{} of '{}'", spec.type, TextOf(json["params"], "model"));
  }
  const std::string module = TextOf(json, "module"), component = TextOf(json, "component");
  if (spec.type != "Task" || module.empty()) return spec.type;
  return component.empty() ? module : module + " " + component;
}

std::string LabelOf(const NodeSpec& spec) { return spec.name.empty() ? spec.type : spec.name; }

// Levels of lists between what arrives and what the module takes for one item; the same for all
// inputs of a node.
Result<int> CommonExtraDepth(const Step& step, const Signature& signature,
                             const std::vector<EdgeType>& types) {
  int extra = -1;
  for (size_t i = 0; i < types.size(); ++i) {
    const int own = types[i].depth - signature.inputs[i].depth;
    MMDEPLOY_ENSURE(own >= 0, Code::kFail, "{}: input {} is {}, expected {}", step.where, i,
                    Describe(types[i]), Describe(signature.inputs[i]));
    if (extra < 0) extra = own;
    MMDEPLOY_ENSURE(own == extra, Code::kFail,
                    "{}: input 0 is {}, but input {} is {}; mark lists that are to be run as one "
                    "batch with '*' and those to be repeated with '+'",
                    step.where, Describe(types[0]), i, Describe(types[i]));
  }
  return std::max(extra, 0);
}

Result<void> CheckKinds(const Step& step, const Signature& signature,
                        const std::vector<EdgeType>& types) {
  MMDEPLOY_ENSURE(types.size() == signature.inputs.size(), Code::kFail,
                  "{}: {} inputs, expected {}", step.where, types.size(), signature.inputs.size());
  for (size_t i = 0; i < types.size(); ++i) {
    MMDEPLOY_ENSURE(!(types[i].kinds & signature.inputs[i].kinds).empty(), Code::kFail,
                    "{}: input {} is {}, expected {}", step.where, i, Describe(types[i].kinds),
                    Describe(signature.inputs[i].kinds));
  }
  return {};
}

}  // namespace

// Turns a pipeline description into steps, following names from node to node.
class Compiler {
 public:
  Compiler(std::shared_ptr<const Model> model, const PipelineOptions& options, int nesting)
      : pipeline_(new Pipeline), options_(options), nesting_(nesting) {
    pipeline_->model_ = std::move(model);
    pipeline_->context_.num_threads = options.net.num_threads;
    if (pipeline_->model_) pipeline_->notes_.strict = pipeline_->model_->notes().strict;
    pipeline_->notes_.keys = options.keys;
  }

  Result<std::shared_ptr<const Pipeline>> Compile(const Json& json, const JsonPath& path) {
    JsonReader reader(json, path, &pipeline_->notes_);
    // The root may carry the keys of a node around it.
    reader.Ignore({"type", "name"});
    reader.Read("in_parts", &in_parts_);
    pipeline_->input_names_ = ReadNames(reader, "input");
    pipeline_->output_names_ = ReadNames(reader, "output");
    reader.Describe("tasks", "array of nodes");
    const Json* tasks = reader.RequireMember("tasks");
    MMDEPLOY_TRYV(reader.Finish());
    MMDEPLOY_TRYV(ExpectArray(*tasks, path / "tasks"));
    MMDEPLOY_TRYV(DefineInputs(path));
    for (size_t i = 0; i < tasks->size(); ++i) {
      MMDEPLOY_TRYV(AddNode((*tasks)[i], path / "tasks" / i));
    }
    return Finish(path);
  }

 private:
  struct Edge {
    int slot;
    EdgeType type;
  };

  Result<void> Define(const std::string& name, EdgeType type, const JsonPath& path) {
    const bool fresh = edges_.emplace(name, Edge{pipeline_->num_slots_, std::move(type)}).second;
    MMDEPLOY_ENSURE(fresh, Code::kFail, "{}: a second value named '{}'", path.str(), name);
    ++pipeline_->num_slots_;
    return {};
  }

  Result<const Edge*> FindEdge(const std::string& name, const JsonPath& path) const {
    const auto it = edges_.find(name);
    if (it != edges_.end()) return &it->second;
    std::vector<std::string> known;
    for (const auto& [key, edge] : edges_) known.push_back(key);
    return MakeError(Code::kFail, "{}: no value named '{}' before this node, found: {}", path.str(),
                     name, ListAllowed(name, known));
  }

  Result<void> DefineInputs(const JsonPath& path) {
    const auto& names = pipeline_->input_names_;
    const auto& types = options_.inputs;
    MMDEPLOY_ENSURE(types.empty() || types.size() == names.size(), Code::kFail,
                    "{}: {} inputs, but {} are given", (path / "input").str(), names.size(),
                    types.size());
    for (size_t i = 0; i < names.size(); ++i) {
      EdgeType type;
      type.depth = 1;
      type.has_open_depth = true;
      if (!types.empty()) type = types[i];
      // Where an image of the caller lies is seen when it arrives.
      if (nesting_ == 0) type.device.reset();
      type.length = Length::kItems;
      MMDEPLOY_TRYV(Define(names[i], std::move(type), path / "input"));
    }
    return {};
  }

  Result<void> AddNode(const Json& json, const JsonPath& path) {
    JsonReader reader(json, path, &pipeline_->notes_);
    const NodeSpec spec = ReadNodeSpec(reader);
    if (!reader.ok()) return reader.Finish();
    Step step;
    step.name = LabelOf(spec);
    const std::string runs = WhatRuns(spec, json);
    step.title = spec.name.empty() ? runs : spec.name;
    step.where = fmt::format("{} ({}{})", path.str(), runs,
                             spec.name.empty() ? "" : fmt::format(" '{}'", spec.name));
    MMDEPLOY_TRY(auto types, ResolveInputs(spec, path, &step));
    MMDEPLOY_TRY(step.module, CreateNode(spec, reader, EnvFor(types)));
    if (const auto decorate = options_.decorate.find(step.name);
        decorate != options_.decorate.end()) {
      step.module = decorate->second(std::move(step.module));
    }
    if (options_.decorate_all) {
      step.module = options_.decorate_all(step.name, std::move(step.module));
    }
    SettleInputs(spec, step.module->signature(), &types);
    MMDEPLOY_TRYV(DefineOutputs(spec, path, types, &step));
    MMDEPLOY_TRYV(PlaceInputs(spec, &step));
    pipeline_->steps_.push_back(std::move(step));
    return {};
  }

  ModuleEnv EnvFor(const std::vector<EdgeType>& types) {
    ModuleEnv env;
    env.model = pipeline_->model_.get();
    env.options = &options_;
    env.inputs = types;
    env.notes = &pipeline_->notes_;
    env.nesting = nesting_;
    return env;
  }

  // Says how many lists are around an input of the pipeline, unless that is known already.
  void SetDepth(const std::string& name, int depth) {
    EdgeType& type = edges_.find(name)->second.type;
    if (type.has_open_depth) type.depth = depth;
    type.has_open_depth = false;
  }

  // The same for what a node reads: each as many lists more than its module takes for one item as
  // those that are known have. Of its inputs the pipeline takes no kinds that the module refuses.
  void SettleInputs(const NodeSpec& spec, const Signature& signature,
                    std::vector<EdgeType>* types) {
    if (types->size() != signature.inputs.size()) return;  // CheckKinds says so
    int extra = -1, extra_of_open = 0;
    for (size_t i = 0; i < types->size(); ++i) {
      const int own = (*types)[i].depth - signature.inputs[i].depth;
      if (!(*types)[i].has_open_depth && extra < 0) extra = own;
      extra_of_open = std::max(extra_of_open, own);
    }
    if (extra < 0) extra = extra_of_open;
    for (size_t i = 0; i < types->size(); ++i) {
      Edge& edge = edges_.find(spec.inputs[i].outer)->second;
      const bool is_input = edge.slot < static_cast<int>(pipeline_->input_names_.size());
      const KindSet both = edge.type.kinds & signature.inputs[i].kinds;
      if (is_input && !both.empty()) edge.type.kinds = both;
      if (!(*types)[i].has_open_depth) continue;
      SetDepth(spec.inputs[i].outer, signature.inputs[i].depth + extra);
      (*types)[i].depth = edge.type.depth;
      (*types)[i].has_open_depth = false;
    }
  }

  // Types as the module sees them, after '*' and '+'.
  Result<std::vector<EdgeType>> ResolveInputs(const NodeSpec& spec, const JsonPath& path,
                                              Step* step) {
    std::vector<EdgeType> types;
    for (const auto& port : spec.inputs) {
      MMDEPLOY_TRY(const Edge* edge, FindEdge(port.outer, path / "input"));
      if (port.mark == InputMark::kFlatten) SetDepth(port.outer, std::max(edge->type.depth, 2));
      if (port.mark == InputMark::kBroadcast) SetDepth(port.outer, edge->type.depth);
      step->inputs.push_back(edge->slot);
      step->marks.push_back(port.mark);
      step->has_flatten |= port.mark == InputMark::kFlatten;
      types.push_back(edge->type);
      types.back().has_open_depth &= port.mark == InputMark::kNone;
      if (port.mark == InputMark::kFlatten) {
        MMDEPLOY_ENSURE(edge->type.depth >= 2, Code::kFail,
                        "{}: '{}' is {}; '*' needs a list of lists", (path / "input").str(),
                        port.outer, Describe(edge->type));
        --types.back().depth;
      }
    }
    for (size_t i = 0; i < types.size(); ++i) {
      // To the module of a step with '*' the flat lists are those of its items.
      if (step->has_flatten) types[i].length = Length::kItems;
      MMDEPLOY_ENSURE(spec.inputs[i].mark != InputMark::kBroadcast ||
                          (step->has_flatten && types[i].depth >= 1),
                      Code::kFail, "{}: '+' on '{}' needs another input with '*'",
                      (path / "input").str(), spec.inputs[i].outer);
    }
    return types;
  }

  // Whether '*' on an output puts a list of the pipeline's items back.
  bool FlattensItems(const NodeSpec& spec) const {
    return std::all_of(spec.inputs.begin(), spec.inputs.end(), [&](const PortSpec& port) {
      return port.mark != InputMark::kFlatten ||
             edges_.find(port.outer)->second.type.length == Length::kItems;
    });
  }

  Result<void> DefineOutputs(const NodeSpec& spec, const JsonPath& path,
                             const std::vector<EdgeType>& types, Step* step) {
    const Signature& signature = step->module->signature();
    MMDEPLOY_TRYV(CheckKinds(*step, signature, types));
    MMDEPLOY_TRY(step->extra_depth, CommonExtraDepth(*step, signature, types));
    MMDEPLOY_ENSURE(spec.outputs.size() == signature.outputs.size(), Code::kFail,
                    "{}: {} names, the node has {} outputs", (path / "output").str(),
                    spec.outputs.size(), signature.outputs.size());
    for (size_t i = 0; i < spec.outputs.size(); ++i) {
      const bool unflatten = spec.outputs[i].mark == InputMark::kFlatten && step->has_flatten;
      EdgeType type = signature.outputs[i];
      type.depth += step->extra_depth + (unflatten ? 1 : 0);
      type.of_cut_image |= std::any_of(types.begin(), types.end(),
                                       [](const EdgeType& input) { return input.of_cut_image; });
      if (step->extra_depth > 0) type.length = AreOfItems(types) ? Length::kItems : Length::kAny;
      MMDEPLOY_ENSURE(!unflatten || type.length == Length::kItems, Code::kFail,
                      "{}: output '{}*' is {} whose length is not that of the inputs; '*' needs "
                      "one element for each that goes in",
                      step->where, spec.outputs[i].outer, Describe(signature.outputs[i]));
      if (step->has_flatten) {
        type.length = unflatten && FlattensItems(spec) ? Length::kItems : Length::kAny;
      }
      step->outputs.push_back(pipeline_->num_slots_);
      step->unflatten.push_back(unflatten);
      MMDEPLOY_TRYV(Define(spec.outputs[i].outer, std::move(type), path / "output"));
    }
    return {};
  }

  // Lets a step read its inputs from where its module wants them.
  Result<void> PlaceInputs(const NodeSpec& spec, Step* step) {
    const auto& wanted = step->module->signature().inputs;
    step->sources = step->inputs;
    for (size_t i = 0; i < wanted.size(); ++i) {
      MMDEPLOY_TRY(step->inputs[i], Place(spec.inputs[i].outer, wanted[i], step->where));
    }
    return {};
  }

  // The slot where the value of a name lies as `wanted` says, which may be that of a copy.
  Result<int> Place(const std::string& name, const EdgeType& wanted, const std::string& reader) {
    Edge& edge = edges_.find(name)->second;
    if (LiesWhere(edge.type, wanted)) return edge.slot;
    Step copy;
    copy.name = fmt::format("{} on {}", name, DescribePlace(wanted));
    if (const auto made = copies_.find(copy.name); made != copies_.end()) return made->second;
    copy.title = copy.name;
    copy.where = fmt::format("copy of '{}' to {} for {}", name, DescribePlace(wanted), reader);
    copy.inputs = copy.sources = {edge.slot};
    copy.marks = {InputMark::kNone};
    copy.unflatten = {false};
    copy.extra_depth = edge.type.depth;
    copy.module = MakeCopy(edge.type, wanted);
    for (const EdgeType& type : {edge.type, wanted}) {
      if (auto known = CheckDevices(type); !known) return MakeError(known.error().In(copy.where));
    }
    // An input of the pipeline is only copied if it lies elsewhere, then before the first step.
    const bool is_input = edge.slot < static_cast<int>(pipeline_->input_names_.size());
    if (is_input && !edge.type.device && wanted.device) {
      edge.type = Brought(edge.type, wanted);
      copy.outputs = copy.inputs;
      pipeline_->arrivals_.push_back(std::move(copy));
      return edge.slot;
    }
    const int slot = pipeline_->num_slots_++;
    copies_[copy.name] = slot;
    copy.outputs = {slot};
    pipeline_->steps_.push_back(std::move(copy));
    return slot;
  }

  Result<std::shared_ptr<const Pipeline>> Finish(const JsonPath& path) {
    for (const auto& name : pipeline_->input_names_) {
      pipeline_->input_types_.push_back(edges_.find(name)->second.type);
    }
    for (const auto& name : pipeline_->output_names_) {
      MMDEPLOY_TRY(const Edge* edge, FindEdge(name, path / "output"));
      int slot = edge->slot;
      // What leaves the outermost pipeline is read by the caller.
      if (nesting_ == 0) {
        MMDEPLOY_TRY(slot, Place(name, EdgeType{}, (path / "output").str()));
      }
      pipeline_->output_slots_.push_back(slot);
      pipeline_->output_types_.push_back(edge->type);
    }
    FindLastUses();
    FindItemwise();
    return std::shared_ptr<const Pipeline>(std::move(pipeline_));
  }

  // Where each slot is read for the last time; those of the pipeline's outputs stay.
  void FindLastUses() {
    std::vector<bool> needed(static_cast<size_t>(pipeline_->num_slots_));
    for (const int slot : pipeline_->output_slots_) needed[static_cast<size_t>(slot)] = true;
    for (auto step = pipeline_->steps_.rbegin(); step != pipeline_->steps_.rend(); ++step) {
      for (const int slot : step->inputs) {
        if (needed[static_cast<size_t>(slot)]) continue;
        needed[static_cast<size_t>(slot)] = true;
        step->last_uses.push_back(slot);
      }
    }
  }

  // Whether the pipeline gives for a list what it gives for its parts.
  void FindItemwise() {
    bool itemwise = in_parts_ && !pipeline_->input_names_.empty();
    itemwise &= AreOfItems(pipeline_->output_types_);
    for (const Step& step : pipeline_->steps_) {
      itemwise &= step.extra_depth >= 1 || step.module->runs_item_by_item();
      pipeline_->batch_size_ = std::max(pipeline_->batch_size_, step.module->batch_size());
    }
    pipeline_->runs_item_by_item_ = itemwise;
  }

  std::shared_ptr<Pipeline> pipeline_;
  const PipelineOptions& options_;
  const int nesting_;
  bool in_parts_ = true;
  std::map<std::string, Edge> edges_;
  std::map<std::string, int> copies_;  // slots of copies, by what is copied and where to
};

Result<std::shared_ptr<const Pipeline>> Pipeline::Compile(const Json& json, const JsonPath& path,
                                                          std::shared_ptr<const Model> model,
                                                          const PipelineOptions& options,
                                                          int nesting) {
  MMDEPLOY_ENSURE(nesting < kMaxNesting, Code::kFail, "{}: pipelines are nested deeper than {}",
                  path.str(), kMaxNesting);
  return Compiler(std::move(model), options, nesting).Compile(json, path);
}

namespace {

// A pipeline of one node, with its inputs and outputs.
Result<Json> AroundNode(const Json& node, const JsonPath& path) {
  JsonNotes notes;
  JsonReader reader(node, path, &notes);
  const NodeSpec spec = ReadNodeSpec(reader);
  reader.AcceptAnyKey();
  MMDEPLOY_TRYV(reader.Finish());
  Json pipeline = {{"tasks", {node}}};
  for (const auto& input : spec.inputs) pipeline["input"].push_back(input.outer);
  for (const auto& output : spec.outputs) pipeline["output"].push_back(output.outer);
  return pipeline;
}

// From 0.9 the root may be the pipeline node itself, or any other node.
Result<std::shared_ptr<const Pipeline>> CompileRoot(const Json& root, const JsonPath& path,
                                                    const std::shared_ptr<const Model>& model,
                                                    const PipelineOptions& options) {
  MMDEPLOY_TRYV(ExpectObject(root, path));
  const bool is_wrapped = root.contains("pipeline");
  if (!is_wrapped && root.contains("tasks")) {
    return Pipeline::Compile(root, path, model, options);
  }
  if (!is_wrapped && root.contains("type")) {
    MMDEPLOY_TRY(const Json pipeline, AroundNode(root, path));
    return Pipeline::Compile(pipeline, path, model, options);
  }
  JsonNotes notes;
  JsonReader reader(root, path, &notes);
  reader.Ignore({"type", "name", "input", "output"});
  const Json* json = reader.RequireMember("pipeline");
  MMDEPLOY_TRYV(reader.Finish());
  return Pipeline::Compile(*json, path / "pipeline", model, options);
}

}  // namespace

Result<std::shared_ptr<const Pipeline>> Pipeline::Load(std::shared_ptr<const Model> model,
                                                       const PipelineOptions& options) {
  auto pipeline = CompileRoot(model->pipeline(), JsonPath("pipeline.json"), model, options);
  if (!pipeline) return MakeError(pipeline.error().In(fmt::format("model '{}'", model->origin())));
  return pipeline;
}

Result<std::shared_ptr<const Pipeline>> Pipeline::FromConfig(const Json& config,
                                                             const PipelineOptions& options) {
  return CompileRoot(config, JsonPath("config"), nullptr, options);
}

}  // namespace mmdeploy
