#include <algorithm>
#include <cmath>

#include "mmdeploy/codebase/mmocr/head/symbols.h"

namespace mmdeploy::mmocr {
namespace {

// Reads text from scores [1,T,C] of a recognizer that was trained with CTC: the best class of each
// step; neither blanks, nor what the step before has said already (sdk interface 16.7).
class CtcConvertor : public Module {
 public:
  CtcConvertor(Symbols symbols, const std::string& where, bool softmax)
      : signature_(HeadSignature<TextRecognition>(2)),
        symbols_(std::move(symbols)),
        probabilities_(where, softmax) {}

  const Signature& signature() const override { return signature_; }

  Result<Values> Run(Span<const Value> inputs, const RunContext&) const override {
    MMDEPLOY_TRY(const Steps steps, RequireSteps(inputs[1].tensors()));
    MMDEPLOY_TRYV(CheckClasses(steps.classes, symbols_));
    // What lies behind the text is padding of the image.
    const double valid_ratio = inputs[0].sample().meta.valid_ratio.value_or(1);
    const auto valid = std::ceil(static_cast<double>(steps.count) * valid_ratio);
    const int64_t count = std::min(steps.count, static_cast<int64_t>(valid));
    TextRecognition result;
    int64_t previous = symbols_.padding;
    for (int64_t t = 0; t < count; ++t) {
      const float* scores = steps.step(t);
      const int64_t best = ArgMax(scores, steps.classes);
      if (best != previous && best != symbols_.padding &&
          !symbols_.ignored[static_cast<size_t>(best)]) {
        result.text += symbols_.text[static_cast<size_t>(best)];
        result.scores.push_back(probabilities_.Of(scores, steps.classes, best));
      }
      previous = best;
    }
    return Values{Value(std::move(result))};
  }

 private:
  Signature signature_;
  const Symbols symbols_;
  const Probabilities probabilities_;
};

Result<std::unique_ptr<Module>> Create(JsonReader& params, const ModuleEnv& env) {
  // From 1.0 on networks give probabilities.
  bool softmax = !(env.model && env.model->deploy().version.ctc_has_probabilities());
  params.Read("softmax", &softmax);
  params.Ignore({"lower"});
  MMDEPLOY_TRY(Symbols symbols, ReadSymbols(params, env, {true}));
  MMDEPLOY_TRYV(params.Finish());
  MMDEPLOY_ENSURE(symbols.padding >= 0, Code::kFail,
                  "{}: with_padding is false, but the padding is the blank of CTC",
                  params.path().str());
  MMDEPLOY_TRYV(CheckTakesImage(env, params.path()));
  MMDEPLOY_TRYV(CheckOutputs(env, params.path(), {{"output", {DataType::kFloat32}, 3}}));
  MMDEPLOY_TRYV(CheckKnownOutput(env, params.path(), symbols));
  return std::make_unique<CtcConvertor>(std::move(symbols), params.path().str(), softmax);
}

}  // namespace
}  // namespace mmdeploy::mmocr

namespace mmdeploy {
std::vector<HeadType> ctc_convertor_heads() { return {{"mmocr", "CTCConvertor", mmocr::Create}}; }
}  // namespace mmdeploy
