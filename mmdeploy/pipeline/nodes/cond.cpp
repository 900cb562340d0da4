#include "mmdeploy/pipeline/nodes.h"

namespace mmdeploy {
namespace {

using List = Value::List;

// Runs its body on those items whose predicate is true; the others get Null.
class CondNode : public Module {
 public:
  CondNode(std::shared_ptr<const Pipeline> body, const std::vector<EdgeType>& inputs)
      : body_(std::move(body)) {
    signature_.inputs = inputs;
    signature_.inputs[0].kinds = {Kind::kBool, Kind::kInt};
    for (auto type : body_->output_types()) {
      type.kinds = type.kinds | Kind::kNull;
      type.length = AreOfItems(inputs) ? Length::kItems : Length::kAny;
      signature_.outputs.push_back(std::move(type));
    }
  }

  const Signature& signature() const override { return signature_; }
  bool runs_item_by_item() const override { return body_->runs_item_by_item(); }
  int batch_size() const override { return body_->batch_size(); }
  const Pipeline* inner() const override { return body_.get(); }

  Result<Values> Run(Span<const Value> inputs, const RunContext& context) const override {
    const List& predicates = inputs[0].list();
    std::vector<size_t> taken;
    for (size_t i = 0; i < predicates.size(); ++i) {
      const Value& p = predicates[i];
      const bool logical = !p.is_list() && (p.kind() == Kind::kBool || p.kind() == Kind::kInt);
      MMDEPLOY_ENSURE(logical, Code::kInvalidArgument, "predicate {} is {}, expected Bool or Int",
                      i, Describe(p));
      if (p.kind() == Kind::kBool ? p.boolean() : p.integer() != 0) taken.push_back(i);
    }
    std::vector<List> results(signature_.outputs.size(), List(predicates.size()));
    if (!taken.empty()) {
      MMDEPLOY_TRY(const auto selected, Select(inputs, predicates.size(), taken));
      RunContext inner = context;  // places in the part of the list that is run are no others'
      inner.first_item = inner.total_items = 0;
      MMDEPLOY_TRY(const auto outputs, body_->Run(selected, inner));
      for (size_t o = 0; o < outputs.size(); ++o) {
        for (size_t k = 0; k < taken.size(); ++k) results[o][taken[k]] = outputs[o].list()[k];
      }
    }
    return Values(results.begin(), results.end());
  }

 private:
  static Result<Values> Select(Span<const Value> inputs, size_t count,
                               const std::vector<size_t>& taken) {
    Values selected;
    for (size_t i = 1; i < inputs.size(); ++i) {
      const List& list = inputs[i].list();
      MMDEPLOY_ENSURE(list.size() == count, Code::kInvalidArgument,
                      "input {} has {} elements, the predicate {}", i, list.size(), count);
      List part;
      for (const size_t k : taken) part.push_back(list[k]);
      selected.emplace_back(std::move(part));
    }
    return selected;
  }

  std::shared_ptr<const Pipeline> body_;
  Signature signature_;
};

// The body is a node whose names are filled in from the Cond around it.
Json BodyPipeline(Json body, const NodeSpec& spec) {
  Json inputs = Json::array(), outputs = Json::array();
  for (size_t i = 1; i < spec.inputs.size(); ++i) inputs.push_back(spec.inputs[i].inner);
  for (const auto& port : spec.outputs) outputs.push_back(port.inner);
  body["input"] = inputs;
  body["output"] = outputs;
  return Json{{"input", inputs}, {"output", outputs}, {"tasks", Json::array({std::move(body)})}};
}

}  // namespace

NodeResult CreateCond(const NodeSpec& spec, JsonReader& reader, const ModuleEnv& env) {
  reader.Describe("body", "node without `input` and `output`");
  const Json* body = reader.RequireMember("body");
  MMDEPLOY_TRYV(reader.Finish());
  MMDEPLOY_TRYV(ExpectObject(*body, reader.path() / "body"));
  MMDEPLOY_ENSURE(env.inputs.size() >= 2, Code::kFail,
                  "{}: Cond takes a predicate and at least one input of its body",
                  (reader.path() / "input").str());
  for (const auto& type : env.inputs) {
    MMDEPLOY_ENSURE(type.depth == 1, Code::kFail, "{}: Cond takes lists, found {}",
                    (reader.path() / "input").str(), Describe(type));
  }
  PipelineOptions options = *env.options;
  options.inputs.assign(env.inputs.begin() + 1, env.inputs.end());
  for (EdgeType& type : options.inputs) type.has_open_depth = false;
  const std::shared_ptr<const Model> model(std::shared_ptr<const Model>(), env.model);
  MMDEPLOY_TRY(auto pipeline, Pipeline::Compile(BodyPipeline(*body, spec), reader.path() / "body",
                                                model, options, env.nesting + 1));
  if (env.notes) env.notes->Add(pipeline->notes());
  if (auto fits = pipeline->RequireOnePerItem(); !fits) {
    return MakeError(fits.error().In((reader.path() / "body").str()));
  }
  return std::make_shared<CondNode>(std::move(pipeline), env.inputs);
}

}  // namespace mmdeploy
