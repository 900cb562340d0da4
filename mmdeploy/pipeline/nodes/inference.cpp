#include "mmdeploy/base/suggest.h"
#include "mmdeploy/pipeline/nodes.h"

namespace mmdeploy {
namespace {

constexpr int kMaxBatch = 4096;

// A pipeline inside a pipeline; its inputs and outputs match by position.
class SubPipeline : public Module {
 public:
  SubPipeline(std::shared_ptr<const Pipeline> pipeline, std::vector<EdgeType> inputs)
      : pipeline_(std::move(pipeline)) {
    signature_.inputs = std::move(inputs);
    for (size_t i = 0; i < signature_.inputs.size(); ++i) {
      signature_.inputs[i].kinds = pipeline_->input_types()[i].kinds;
      signature_.inputs[i].depth = pipeline_->input_types()[i].depth;
    }
    signature_.outputs = pipeline_->output_types();
    // The items of the pipeline inside are those of the one around it if its inputs are.
    const bool of_items = AreOfItems(signature_.inputs);
    for (EdgeType& type : signature_.outputs) {
      if (!of_items) type.length = Length::kAny;
    }
  }

  const Signature& signature() const override { return signature_; }
  bool runs_item_by_item() const override { return pipeline_->runs_item_by_item(); }
  int batch_size() const override { return pipeline_->batch_size(); }
  const Pipeline* inner() const override { return pipeline_.get(); }

  Result<Values> Run(Span<const Value> inputs, const RunContext& context) const override {
    return pipeline_->Run(Values(inputs.begin(), inputs.end()), context);
  }

 private:
  std::shared_ptr<const Pipeline> pipeline_;
  Signature signature_;
};

// The batch is what a pipeline takes: its inputs are at least lists.
Result<PipelineOptions> InnerOptions(const JsonPath& path, const ModuleEnv& env) {
  PipelineOptions options = *env.options;
  options.inputs = env.inputs;
  for (const auto& input : options.inputs) {
    MMDEPLOY_ENSURE(input.depth >= 1, Code::kFail, "{}: a pipeline takes lists, found {}",
                    path.str(), Describe(input));
  }
  return options;
}

Result<std::shared_ptr<const Model>> ResolveModel(const std::string& name, const JsonPath& path,
                                                  const ModuleEnv& env) {
  const auto& models = env.options->models;
  if (const auto it = models.find(name); it != models.end()) return it->second;
  // Models that lie inside of the one around the node travel with it. The name does not leave its
  // folder: what is moved or sent as a whole would miss what lies beside it.
  const bool is_inside = env.model && !env.model->PathOf("").empty() &&
                         (env.model->HasFile(name + "/deploy.json") || env.model->HasFile(name));
  const bool strict = env.notes && env.notes->strict;
  auto model = Model::FromPath(is_inside ? env.model->PathOf(name) : name, strict);
  if (model) return model;
  std::vector<std::string> known;
  for (const auto& [key, value] : models) known.push_back(key);
  const std::string inside =
      env.model ? fmt::format(", nor lies inside of the model '{}'", env.model->origin()) : "";
  return MakeError(model.error().code(),
                   "{}: '{}' is neither a named model ({}){}, nor a path as seen from the working "
                   "folder of the program: {}{}",
                   path.str(), name, ListAllowed(name, known), inside, model.error().message(),
                   env.model ? "; put a model that belongs to this one inside of its folder" : "");
}

// From 0.9 the names inside the node may differ from the model's, so positions decide; only the
// counts are checked.
Result<void> CheckCounts(const Pipeline& pipeline, const NodeSpec& spec, const JsonPath& path) {
  MMDEPLOY_ENSURE(pipeline.inputs().size() == spec.inputs.size(), Code::kFail,
                  "{}: {} names, the model's pipeline has {} inputs", (path / "input").str(),
                  spec.inputs.size(), pipeline.inputs().size());
  return {};
}

}  // namespace

NodeResult CreateInference(const NodeSpec& spec, JsonReader& reader, const ModuleEnv& env) {
  reader.Describe("params", "object");
  const Json* params = reader.RequireMember("params");
  MMDEPLOY_TRYV(reader.Finish());
  JsonReader args(*params, reader.path() / "params", env.notes);
  std::string name;
  std::optional<int> batch_size;
  args.Require("model", &name);
  args.Read("batch_size", &batch_size, 1, kMaxBatch);
  MMDEPLOY_TRYV(args.Finish());
  MMDEPLOY_TRY(auto model, ResolveModel(name, args.path() / "model", env));
  MMDEPLOY_TRY(auto options, InnerOptions(reader.path() / "input", env));
  options.batch_size = batch_size;
  // Inputs are matched by position and are checked inside.
  const Json& root = model->pipeline();
  const bool wrapped = root.is_object() && root.contains("pipeline");
  const JsonPath path(fmt::format("{}/pipeline.json", name));
  auto pipeline =
      Pipeline::Compile(wrapped ? root["pipeline"] : root, wrapped ? path / "pipeline" : path,
                        model, options, env.nesting + 1);
  if (!pipeline) return MakeError(pipeline.error().In(reader.path().str()));
  MMDEPLOY_TRYV(CheckCounts(**pipeline, spec, reader.path()));
  if (env.notes) {
    JsonNotes inside;
    for (const auto& key : model->notes().unknown_keys) {
      inside.unknown_keys.push_back(name + "/" + key);
    }
    inside.Add((*pipeline)->notes());
    env.notes->Add(inside);
  }
  return std::make_shared<SubPipeline>(std::move(*pipeline), options.inputs);
}

NodeResult CreateSubPipeline(const NodeSpec& spec, JsonReader& reader, const ModuleEnv& env) {
  reader.Describe("pipeline", "object: a pipeline");
  const Json* json = reader.RequireMember("pipeline");
  MMDEPLOY_TRYV(reader.Finish());
  MMDEPLOY_TRY(const auto options, InnerOptions(reader.path() / "input", env));
  // The node keeps the model alive through the pipeline around it.
  const std::shared_ptr<const Model> model(std::shared_ptr<const Model>(), env.model);
  MMDEPLOY_TRY(auto pipeline, Pipeline::Compile(*json, reader.path() / "pipeline", model, options,
                                                env.nesting + 1));
  MMDEPLOY_TRYV(CheckCounts(*pipeline, spec, reader.path()));
  if (env.notes) env.notes->Add(pipeline->notes());
  return std::make_shared<SubPipeline>(std::move(pipeline), options.inputs);
}

}  // namespace mmdeploy
