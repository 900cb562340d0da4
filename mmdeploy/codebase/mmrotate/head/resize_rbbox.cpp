#include "mmdeploy/codebase/head.h"
#include "mmdeploy/task/rotated_detector/result.h"

namespace mmdeploy {
namespace {

// Turned boxes of the network in pixels of the image (sdk interface 16.6).
class ResizeRBBox : public Module {
 public:
  explicit ResizeRBBox(float score_thr)
      : signature_(HeadSignature<RotatedDetection>(2)), score_thr_(score_thr) {}

  const Signature& signature() const override { return signature_; }

  Result<Values> Run(Span<const Value> inputs, const RunContext&) const override {
    const NamedTensors& outputs = inputs[1].tensors();
    MMDEPLOY_TRY(const Tensor* dets, RequireOutput(outputs, "dets", 3));
    MMDEPLOY_TRY(const std::vector<int> labels, RequireLabels(outputs, "labels"));
    const Shape& shape = dets->shape();
    MMDEPLOY_ENSURE(shape.size() == 3 && shape[0] == 1 && shape[2] == 6, Code::kFail,
                    "output 'dets' has shape {}, expected 1xNx6", Name(shape));
    MMDEPLOY_ENSURE(static_cast<int64_t>(labels.size()) == shape[1], Code::kFail,
                    "output 'labels' holds {} labels, 'dets' {} boxes", labels.size(), shape[1]);
    const auto scale =
        inputs[0].sample().meta.scale_factor.value_or(std::array<double, 4>{1, 1, 1, 1});
    const auto sx = static_cast<float>(scale[0]), sy = static_cast<float>(scale[1]);
    Value::List results;
    for (int64_t i = 0; i < shape[1]; ++i) {
      const float* row = dets->data<float>() + i * 6;
      if (labels[static_cast<size_t>(i)] < 0 || !(row[5] > score_thr_)) continue;
      results.emplace_back(
          RotatedDetection{labels[static_cast<size_t>(i)],
                           row[5],
                           {row[0] / sx, row[1] / sy, row[2] / sx, row[3] / sy, row[4]}});
    }
    return Values{Value(std::move(results))};
  }

 private:
  Signature signature_;
  const float score_thr_;
};

Result<std::unique_ptr<Module>> Create(JsonReader& params, const ModuleEnv& env) {
  float score_thr = 0.05f;
  params.Read("score_thr", &score_thr);
  MMDEPLOY_TRYV(params.Finish());
  MMDEPLOY_TRYV(CheckTakesImage(env, params.path()));
  MMDEPLOY_TRYV(
      CheckOutputs(env, params.path(),
                   {{"dets", {DataType::kFloat32}, 3},
                    {"labels", {DataType::kFloat32, DataType::kInt32, DataType::kInt64}, 1}}));
  return std::make_unique<ResizeRBBox>(score_thr);
}

}  // namespace

std::vector<HeadType> resize_rbbox_heads() { return {{"mmrotate", "ResizeRBBox", Create}}; }

}  // namespace mmdeploy
