#include "mmdeploy/pipeline/modules/fields.h"
#include "mmdeploy/pipeline/modules/modules.h"

namespace mmdeploy {
namespace {

// Whether the first result of an image has a label, and is sure enough of it: the predicate of a
// Cond.
class IsLabel : public Module {
 public:
  IsLabel(int label, float min_score) : label_(label), min_score_(min_score) {
    signature_.inputs = {EdgeType{KindsWith<int>("label_id") & KindsWith<float>("score"), 1, {}}};
    signature_.outputs = {EdgeType{Kind::kBool, 0, {}}};
  }

  const Signature& signature() const override { return signature_; }

  Result<Values> Run(Span<const Value> inputs, const RunContext&) const override {
    const Value::List& results = inputs[0].list();
    if (results.empty()) return Values{Value(false)};
    const Record& first = results[0].record();
    return Values{Value(*FieldOf<int>(first, "label_id") == label_ &&
                        *FieldOf<float>(first, "score") >= min_score_)};
  }

 private:
  Signature signature_;
  const int label_;
  const float min_score_;
};

}  // namespace

Result<std::unique_ptr<Module>> CreateIsLabelModule(JsonReader& args, const ModuleEnv& env) {
  MMDEPLOY_TRY(JsonReader reader, ParamsOf(args, env));
  int label = 0;
  float min_score = 0;
  reader.Require("label_id", &label);
  reader.Read("min_score", &min_score);
  MMDEPLOY_TRYV(reader.Finish());
  return std::make_unique<IsLabel>(label, min_score);
}

}  // namespace mmdeploy
