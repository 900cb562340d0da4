#include "mmdeploy/codebase/mmocr/head/symbols.h"

namespace mmdeploy::mmocr {
namespace {

// Reads text from scores [1,T,C] of a recognizer with a decoder: the best class of each step
// up to the end token (sdk interface 16.7).
class AttnConvertor : public Module {
 public:
  AttnConvertor(Symbols symbols, const std::string& where, bool softmax, size_t num_inputs)
      : signature_(HeadSignature<TextRecognition>(num_inputs)),
        symbols_(std::move(symbols)),
        probabilities_(where, softmax) {}

  const Signature& signature() const override { return signature_; }

  Result<Values> Run(Span<const Value> inputs, const RunContext&) const override {
    MMDEPLOY_TRY(const Steps steps, RequireSteps(inputs[inputs.size() - 1].tensors()));
    MMDEPLOY_TRYV(CheckClasses(steps.classes, symbols_));
    Values results;
    results.emplace_back(Read(steps));
    return results;
  }

 private:
  TextRecognition Read(const Steps& steps) const {
    TextRecognition result;
    for (int64_t t = 0; t < steps.count; ++t) {
      const auto best = static_cast<size_t>(ArgMax(steps.step(t), steps.classes));
      if (symbols_.ignored[best]) continue;
      if (static_cast<int>(best) == symbols_.end) break;
      result.text += symbols_.text[best];
      result.scores.push_back(
          probabilities_.Of(steps.step(t), steps.classes, static_cast<int64_t>(best)));
    }
    return result;
  }

  Signature signature_;
  const Symbols symbols_;
  const Probabilities probabilities_;
};

Result<std::unique_ptr<Module>> Create(JsonReader& params, const ModuleEnv& env) {
  bool softmax = false;
  params.Read("softmax", &softmax);
  params.Ignore({"lower", "max_seq_len"});
  MMDEPLOY_TRY(Symbols symbols, ReadSymbols(params, env, {false}));
  MMDEPLOY_TRYV(params.Finish());
  MMDEPLOY_TRYV(CheckOutputs(env, params.path(), {{"output", {DataType::kFloat32}, 3}}));
  MMDEPLOY_TRYV(CheckKnownOutput(env, params.path(), symbols));
  return std::make_unique<AttnConvertor>(std::move(symbols), params.path().str(), softmax,
                                         env.inputs.size());
}

}  // namespace
}  // namespace mmdeploy::mmocr

namespace mmdeploy {
std::vector<HeadType> attn_convertor_heads() { return {{"mmocr", "AttnConvertor", mmocr::Create}}; }
}  // namespace mmdeploy
