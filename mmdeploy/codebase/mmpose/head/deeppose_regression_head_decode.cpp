#include "mmdeploy/codebase/head.h"
#include "mmdeploy/codebase/mmpose/head/box_grid.h"
#include "mmdeploy/task/pose_detector/result.h"

namespace mmdeploy {
namespace {

// The key points of a regression [1,K,2], in 0..1 of the network's input; with deviations in x and
// y [1,K,4] their scores are 1 minus the mean deviation, else 1 (sdk interface 16.11).
class DeepposeRegressionHeadDecode : public Module {
 public:
  const Signature& signature() const override { return signature_; }

  Result<Values> Run(Span<const Value> inputs, const RunContext&) const override {
    MMDEPLOY_TRY(const Tensor* output, RequireOutput(inputs[1].tensors(), "output", 3));
    const Shape& shape = output->shape();
    MMDEPLOY_ENSURE(shape.size() == 3 && shape[0] == 1 && (shape[2] == 2 || shape[2] == 4),
                    Code::kFail, "output 'output' has shape {}, expected 1xKx2 or 1xKx4",
                    Name(shape));
    const ImageMeta& meta = inputs[0].sample().meta;
    const ImageShape& size = meta.img_shape;
    MMDEPLOY_TRY(const BoxGrid grid, GridOf(meta, size.width, size.height, false));
    PoseDetection pose;
    const float* values = output->data<float>();
    for (int64_t i = 0; i < shape[1]; ++i, values += shape[2]) {
      pose.points.push_back(grid.ToImage({values[0] * static_cast<float>(size.width),
                                          values[1] * static_cast<float>(size.height)}));
      pose.scores.push_back(shape[2] == 2 ? 1 : 1 - 0.5F * (values[2] + values[3]));
    }
    return Values{Value(std::move(pose))};
  }

 private:
  Signature signature_ = HeadSignature<PoseDetection>(2);
};

Result<std::unique_ptr<Module>> Create(JsonReader& params, const ModuleEnv& env) {
  params.Ignore({"flip_test", "regression_flip_shift"});
  MMDEPLOY_TRYV(params.Finish());
  MMDEPLOY_TRYV(CheckTakesImage(env, params.path()));
  MMDEPLOY_TRYV(CheckOutputs(env, params.path(), {{"output", {DataType::kFloat32}, 3}}));
  return std::make_unique<DeepposeRegressionHeadDecode>();
}

}  // namespace

std::vector<HeadType> deeppose_regression_head_decode_heads() {
  return {{"mmpose", "DeepposeRegressionHeadDecode", Create}};
}

}  // namespace mmdeploy
