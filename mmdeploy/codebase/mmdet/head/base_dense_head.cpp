#include "mmdeploy/codebase/mmdet/head/raw_head.h"
#include "mmdeploy/task/detector/result.h"

namespace mmdeploy {
namespace {

constexpr const char* kBoxes = "dets";
constexpr const char* kScores = "labels";

// A one-stage network that ends in decoded boxes `dets` [1,n,4] and scores of all classes, which
// are called `labels` [1,n,C] (sdk interface 16.12).
class BaseDenseHead : public Module {
 public:
  explicit BaseDenseHead(RawHeadArgs args) : signature_(HeadSignature<Detection>(2)), args_(args) {}

  const Signature& signature() const override { return signature_; }

  Result<Values> Run(Span<const Value> inputs, const RunContext&) const override {
    MMDEPLOY_TRY(const Tensor* dets, RequireOutput(inputs[1].tensors(), kBoxes, 3));
    MMDEPLOY_TRY(const Tensor* scores, RequireOutput(inputs[1].tensors(), kScores, 3));
    const Shape &b = dets->shape(), &s = scores->shape();
    const bool fit = b.size() == 3 && s.size() == 3 && b[0] == 1 && s[0] == 1 && b[2] == 4;
    MMDEPLOY_ENSURE(fit && b[1] == s[1] && s[2] >= 1, Code::kFail,
                    "outputs '{}' {} and '{}' {} do not belong together, expected 1xNx4 and 1xNxC "
                    "(a score for each class)",
                    kBoxes, Name(b), kScores, Name(s));
    RawBoxes boxes;
    for (int64_t i = 0; i < b[1]; ++i) {
      const BestClass best(scores->data<float>() + i * s[2], s[2], 1);
      if (best.score < args_.score_thr) continue;
      const float* box = dets->data<float>() + 4 * i;
      boxes.Add({box[0], box[1], box[2], box[3]}, best.label, best.score);
    }
    return AnswerRawBoxes(std::move(boxes), args_, inputs[0].sample().meta);
  }

 private:
  Signature signature_;
  const RawHeadArgs args_;
};

Result<std::unique_ptr<Module>> Create(JsonReader& params, const ModuleEnv& env) {
  MMDEPLOY_TRY(const auto args, ReadRawHeadArgs(params));
  MMDEPLOY_TRYV(params.Finish());
  MMDEPLOY_TRYV(CheckTakesImage(env, params.path()));
  MMDEPLOY_TRYV(CheckOutputs(
      env, params.path(), {{kBoxes, {DataType::kFloat32}, 3}, {kScores, {DataType::kFloat32}, 3}}));
  return std::make_unique<BaseDenseHead>(args);
}

}  // namespace

std::vector<HeadType> base_dense_head_heads() { return {{"mmdet", "BaseDenseHead", Create}}; }

}  // namespace mmdeploy
