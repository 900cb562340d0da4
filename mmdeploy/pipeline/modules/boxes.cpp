#include <algorithm>
#include <cmath>

#include "mmdeploy/pipeline/modules/fields.h"
#include "mmdeploy/pipeline/modules/images.h"
#include "mmdeploy/pipeline/modules/modules.h"

namespace mmdeploy {
namespace {

Rect BoxOf(const Value& value) {
  return value.is_record() ? *FieldOf<Rect>(value.record(), "bbox") : value.box();
}

// An image, and the box of an object in it.
std::vector<EdgeType> ImageAndBox() {
  return {EdgeType{{Kind::kImage, Kind::kSample}, 0, {}},
          EdgeType{KindsWith<Rect>("bbox") | Kind::kBox, 0, {}}};
}

// Gives an image together with the box of an object in it, as callers of top-down models do; the
// points that such a model finds are then those of the whole image.
class AttachBox : public Module {
 public:
  const Signature& signature() const override { return signature_; }

  Result<Values> Run(Span<const Value> inputs, const RunContext&) const override {
    Sample sample;
    sample.ori_img =
        inputs[0].kind() == Kind::kImage ? inputs[0].image() : inputs[0].sample().ori_img;
    MMDEPLOY_TRYV(Check(sample.ori_img));
    sample.bbox = BoxOf(inputs[1]);
    return Values{Value(std::move(sample))};
  }

 private:
  // Nothing but a picture and a box is in the sample.
  Signature signature_{ImageAndBox(), {EdgeType{Kind::kSample, 0, std::vector<StaticTensor>()}}};
};

// Cuts the box of a result out of an image, as a view of the same memory
// (sdk interface 16.1: module CropBox).
class CropBox : public Module {
 public:
  CropBox() {
    signature_.inputs = ImageAndBox();
    signature_.outputs = {EdgeType{Kind::kImage, 0, {}}};
    signature_.outputs[0].of_cut_image = true;
  }

  const Signature& signature() const override { return signature_; }

  Result<Values> Run(Span<const Value> inputs, const RunContext&) const override {
    MMDEPLOY_TRY(Image image, PixelsOf(inputs[0], "cut"));
    const Rect box = BoxOf(inputs[1]);
    const bool finite = std::isfinite(box.left) && std::isfinite(box.top) &&
                        std::isfinite(box.right) && std::isfinite(box.bottom);
    MMDEPLOY_ENSURE(finite, Code::kInvalidArgument, "the box has a side that is not a number");
    const int left = Clip(std::floor(box.left), image.width - 1);
    const int top = Clip(std::floor(box.top), image.height - 1);
    const int right = std::max(left + 1, Clip(std::ceil(box.right), image.width));
    const int bottom = std::max(top + 1, Clip(std::ceil(box.bottom), image.height));
    const int64_t pixel = NumChannels(image.format) * static_cast<int64_t>(SizeOf(image.dtype));
    image.row_stride = image.stride();
    image.data += top * image.row_stride + left * pixel;
    image.height = bottom - top;
    image.width = right - left;
    return Values{Value(std::move(image))};
  }

 private:
  static int Clip(float value, int max) {
    return static_cast<int>(std::clamp(value, 0.f, static_cast<float>(max)));
  }

  Signature signature_;
};

}  // namespace

Result<std::unique_ptr<Module>> CreateCropBoxModule(JsonReader& args, const ModuleEnv&) {
  args.Ignore({"component", "params"});
  MMDEPLOY_TRYV(args.Finish());
  return std::make_unique<CropBox>();
}

Result<std::unique_ptr<Module>> CreateAttachBoxModule(JsonReader& args, const ModuleEnv&) {
  MMDEPLOY_TRYV(args.Finish());
  return std::make_unique<AttachBox>();
}

}  // namespace mmdeploy
