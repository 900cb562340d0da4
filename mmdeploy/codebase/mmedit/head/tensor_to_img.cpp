#include "mmdeploy/codebase/head.h"
#include "mmdeploy/codebase/mmedit/head/planes_to_bytes.h"
#include "mmdeploy/task/restorer/result.h"

namespace mmdeploy {
namespace {

// The network's planes as an image of 8 bit: gray or RGB (sdk interface 16.5).
class TensorToImg : public Module {
 public:
  explicit TensorToImg(size_t num_inputs) : signature_(HeadSignature<Restoration>(num_inputs)) {}

  const Signature& signature() const override { return signature_; }

  Result<Values> Run(Span<const Value> inputs, const RunContext& context) const override {
    MMDEPLOY_TRY(const Tensor* output, RequireFloats(inputs.back().tensors(), "output", 4));
    const Shape& shape = output->shape();
    MMDEPLOY_ENSURE(
        shape.size() == 4 && shape[0] >= 1 && (shape[1] == 1 || shape[1] == 3) && shape[2] > 0 &&
            shape[3] > 0 && shape[2] <= Image::kMaxSide && shape[3] <= Image::kMaxSide,
        Code::kFail, "output 'output' has shape {}, expected NxCxHxW with C of 1 (gray) or 3 (RGB)",
        Name(shape));
    const int64_t channels = shape[1], area = shape[2] * shape[3];
    MMDEPLOY_TRY(const Tensor pixels,
                 Tensor::Allocate(DataType::kUint8, {shape[2], shape[3], channels}, context.pool));
    // One pass for both: the map is larger than the caches.
    const bool numbers = PlanesToBytes(output->data<float>(), channels, area, context.num_threads,
                                       pixels.data<uint8_t>());
    if (!numbers) MMDEPLOY_TRYV(RequireNumbers(*output, "output"));
    Restoration result;
    result.image.data = pixels.data<uint8_t>();
    result.image.height = static_cast<int>(shape[2]);
    result.image.width = static_cast<int>(shape[3]);
    result.image.format = channels == 1 ? PixelFormat::kGray : PixelFormat::kRgb;
    result.image.owner = pixels.owner();
    return Values{Value(std::move(result))};
  }

 private:
  Signature signature_;
};

Result<std::unique_ptr<Module>> Create(JsonReader& params, const ModuleEnv& env) {
  MMDEPLOY_TRYV(params.Finish());
  MMDEPLOY_TRYV(CheckOutputs(env, params.path(), {{"output", {DataType::kFloat32}, 4}}));
  return std::make_unique<TensorToImg>(env.inputs.size());
}

}  // namespace

std::vector<HeadType> tensor_to_img_heads() { return {{"mmedit", "TensorToImg", Create}}; }

}  // namespace mmdeploy
