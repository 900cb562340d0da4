#include "mmdeploy/transform/image_to_tensor/image_to_tensor.h"

#include "mmdeploy/transform/pixels/pixels.h"
#include "mmdeploy/transform/step.h"

namespace mmdeploy {

Result<void> ImageToTensor::Run(Sample& sample, const TransformContext& context) const {
  return ForEachImage(sample, [&](Tensor& img) -> Result<void> {
    MMDEPLOY_TRY(img, ToPlanar(img, context));
    return {};
  });
}

Result<StaticSample> ImageToTensor::Infer(const StaticSample& in) const {
  MMDEPLOY_TRYV(ExpectInterleaved(in.img));
  StaticSample out = in;
  out.img.planar = true;
  return out;
}

namespace {

Result<std::unique_ptr<Transform>> Create(JsonReader& reader, const TransformOptions&) {
  std::vector<std::string> keys = {"img"};
  reader.Read("keys", &keys);
  for (size_t i = 0; i < keys.size(); ++i) {
    if (keys[i] != "img" && keys[i] != "imgs" && reader.ok()) {
      reader.Fail("keys", fmt::format("unknown image '{}', allowed: 'img', 'imgs'", keys[i]));
    }
  }
  return MakeStep<ImageToTensor>(reader, ImageToTensor::Args{});
}

}  // namespace

TransformType image_to_tensor_transform() { return {"ImageToTensor", Create}; }

}  // namespace mmdeploy
