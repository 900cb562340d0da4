#include "mmdeploy/pipeline/modules/modules.h"

namespace mmdeploy {
namespace {

// The first of its inputs that is there: puts what a Cond has done to some items beside the others.
class Coalesce : public Module {
 public:
  explicit Coalesce(const std::vector<EdgeType>& inputs) {
    KindSet kinds;
    for (const EdgeType& input : inputs) kinds = kinds | input.kinds;
    signature_.inputs.assign(inputs.size(), EdgeType{kinds, 0, {}});
    signature_.outputs = {EdgeType{kinds, 0, {}}};
  }

  const Signature& signature() const override { return signature_; }

  Result<Values> Run(Span<const Value> inputs, const RunContext&) const override {
    for (const Value& input : inputs) {
      if (input.kind() != Kind::kNull) return Values{input};
    }
    return Values{Value()};
  }

 private:
  Signature signature_;
};

}  // namespace

Result<std::unique_ptr<Module>> CreateCoalesceModule(JsonReader& args, const ModuleEnv& env) {
  args.Ignore({"component", "params"});
  MMDEPLOY_TRYV(args.Finish());
  MMDEPLOY_ENSURE(env.inputs.size() >= 2, Code::kFail, "{}: Coalesce takes two or more inputs",
                  (args.path() / "input").str());
  return std::make_unique<Coalesce>(env.inputs);
}

}  // namespace mmdeploy
