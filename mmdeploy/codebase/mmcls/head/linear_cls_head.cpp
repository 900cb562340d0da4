#include <algorithm>
#include <cmath>
#include <numeric>

#include "mmdeploy/codebase/head.h"
#include "mmdeploy/task/classifier/result.h"

namespace mmdeploy {
namespace {

// The k best labels of scores [1,C], best first; equal scores in the order of their labels.
// sdk interface 16.1.
class LinearClsHead : public Module {
 public:
  LinearClsHead(size_t num_inputs, int topk, bool softmax)
      : signature_(HeadSignature<Classification>(num_inputs)), topk_(topk), softmax_(softmax) {}

  const Signature& signature() const override { return signature_; }

  Result<Values> Run(Span<const Value> inputs, const RunContext&) const override {
    MMDEPLOY_TRY(const Tensor* output, RequireOutput(inputs.back().tensors(), "output", 2));
    const auto classes = static_cast<size_t>(output->shape()[1]);
    MMDEPLOY_ENSURE(output->shape()[0] == 1 &&
                        output->num_elements() == static_cast<int64_t>(classes) && classes > 0,
                    Code::kFail, "output 'output' has shape {}, expected 1xC with C of 1 or more",
                    Name(output->shape()));
    std::vector<float> scores(output->data<float>(), output->data<float>() + classes);
    if (softmax_) Softmax(&scores);
    std::vector<int> order(classes);
    std::iota(order.begin(), order.end(), 0);
    const auto count = std::min(static_cast<size_t>(topk_), classes);
    std::partial_sort(order.begin(), order.begin() + static_cast<int64_t>(count), order.end(),
                      [&](int a, int b) {
                        const float sa = scores[static_cast<size_t>(a)];
                        const float sb = scores[static_cast<size_t>(b)];
                        return sa != sb ? sa > sb : a < b;
                      });
    Value::List labels;
    for (size_t i = 0; i < count; ++i) {
      labels.emplace_back(Classification{order[i], scores[static_cast<size_t>(order[i])]});
    }
    return Values{Value(std::move(labels))};
  }

 private:
  static void Softmax(std::vector<float>* scores) {
    const float max = *std::max_element(scores->begin(), scores->end());
    double sum = 0;
    for (float& score : *scores) sum += score = std::exp(score - max);
    for (float& score : *scores) score = static_cast<float>(score / sum);
  }

  Signature signature_;
  const int topk_;
  const bool softmax_;
};

Result<std::unique_ptr<Module>> Create(JsonReader& params, const ModuleEnv& env) {
  int topk = 1;
  bool softmax = false;
  params.Read("topk", &topk, 1, 1 << 20);
  params.Read("softmax", &softmax);
  MMDEPLOY_TRYV(params.Finish());
  MMDEPLOY_TRYV(CheckOutputs(env, params.path(), {{"output", {DataType::kFloat32}, 2}}));
  return std::make_unique<LinearClsHead>(env.inputs.size(), topk, softmax);
}

}  // namespace

// Heads of mmcls whose exported output means the same: one score per class.
std::vector<HeadType> linear_cls_head_heads() {
  std::vector<HeadType> heads;
  for (const char* name : {"LinearClsHead", "ClsHead", "StackedLinearClsHead",
                           "VisionTransformerClsHead", "ConformerHead", "DeiTClsHead",
                           "EfficientFormerClsHead", "ArcFaceClsHead", "LeViTClsHead"}) {
    heads.push_back({"mmcls", name, Create});
  }
  return heads;
}

}  // namespace mmdeploy
