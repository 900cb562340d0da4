#include "mmdeploy/transform/three_crop/three_crop.h"

#include "mmdeploy/transform/step.h"

namespace mmdeploy {

Result<void> MultiCrop::Run(Sample& sample, const TransformContext& context) const {
  std::vector<Tensor> crops;
  MMDEPLOY_TRYV(ForEachImage(sample, [&](Tensor& img) -> Result<void> {
    MMDEPLOY_TRY(const ImageShape in, CheckPixels(img));
    MMDEPLOY_ENSURE(in.height >= args_.height && in.width >= args_.width, Code::kOutOfRange,
                    "the image is {}x{} (height x width), less than the crop of {}x{}; resize it "
                    "before",
                    in.height, in.width, args_.height, args_.width);
    MMDEPLOY_TRY(const auto places, Places(in));
    for (const auto& [top, left, mirrored] : places) {
      MMDEPLOY_TRY(Tensor crop, Crop(img, {top, left, args_.height, args_.width}, context));
      if (mirrored) {
        MMDEPLOY_TRY(crop, FlipHorizontal(crop, context));
      }
      crops.push_back(std::move(crop));
    }
    sample.meta.img_shape = {args_.height, args_.width, in.channels};
    return {};
  }));
  sample.img = {};
  sample.imgs = std::move(crops);
  return {};
}

Result<StaticSample> MultiCrop::Infer(const StaticSample& in) const {
  MMDEPLOY_TRYV(ExpectInterleaved(in.img));
  StaticSample out = in;
  out.img.height = args_.height;
  out.img.width = args_.width;
  out.img.several = true;
  return out;
}

Result<std::vector<MultiCrop::Place>> ThreeCrop::Places(const ImageShape& in) const {
  const int down = in.height - args().height;
  const int across = in.width - args().width;
  MMDEPLOY_ENSURE(down == 0 || across == 0, Code::kOutOfRange,
                  "the image is {}x{} (height x width); one side must be that of the crop, {}x{}",
                  in.height, in.width, args().height, args().width);
  return std::vector<Place>{
      {0, 0, false}, {down / 2 * 2, across / 2 * 2, false}, {down / 2, across / 2, false}};
}

MultiCrop::Args ReadMultiCropArgs(JsonReader& reader) {
  const auto size = RequireIntPair(reader, "crop_size", 1, Image::kMaxSide);
  return {size.first, size.second};
}

namespace {

Result<std::unique_ptr<Transform>> Create(JsonReader& reader, const TransformOptions&) {
  return MakeStep<ThreeCrop>(reader, ReadMultiCropArgs(reader));
}

}  // namespace

TransformType three_crop_transform() { return {"ThreeCrop", Create}; }

}  // namespace mmdeploy
