#include <algorithm>
#include <cmath>

#include "mmdeploy/codebase/mmdet/head/boxes.h"

namespace mmdeploy {
namespace {

struct MaskArgs {
  BoxArgs boxes;
  float threshold = 0.5f;  // `mask_thr_binary`: pixels need a higher score
  bool resize = true;      // `is_resize_mask`: false gives the network's mask as it is
};

// One row of the network's masks: scores [height,width] over the box.
struct MaskView {
  const float* scores = nullptr;
  int64_t height = 0, width = 0;

  float At(int64_t y, int64_t x) const {
    return y >= 0 && y < height && x >= 0 && x < width ? scores[y * width + x] : 0.f;
  }

  // Between the centres of the four nearest scores; 0 outside.
  float Bilinear(float y, float x) const {
    const float top = std::floor(y), left = std::floor(x);
    const auto row = static_cast<int64_t>(top), column = static_cast<int64_t>(left);
    const float fy = y - top, fx = x - left;
    const float upper = At(row, column) * (1 - fx) + At(row, column + 1) * fx;
    const float lower = At(row + 1, column) * (1 - fx) + At(row + 1, column + 1) * fx;
    return upper * (1 - fy) + lower * fy;
  }
};

// The boxes of an image with the pixels of each object (sdk interface 16.3).
class ResizeInstanceMask : public Module {
 public:
  explicit ResizeInstanceMask(MaskArgs args)
      : signature_(HeadSignature<Detection>(2)), args_(args) {}

  const Signature& signature() const override { return signature_; }

  Result<Values> Run(Span<const Value> inputs, const RunContext& context) const override {
    const NamedTensors& outputs = inputs[1].tensors();
    const ImageMeta& meta = inputs[0].sample().meta;
    MMDEPLOY_TRY(auto boxes, MapBoxes(outputs, meta, args_.boxes));
    MMDEPLOY_TRY(const Tensor* masks, RequireOutput(outputs, "masks", 4));
    const Shape& shape = masks->shape();
    const int64_t last = boxes.empty() ? 0 : boxes.back().row;
    MMDEPLOY_ENSURE(shape.size() == 4 && shape[0] == 1 && shape[1] > last, Code::kFail,
                    "output 'masks' has shape {}, expected 1xNxHxW with a mask for each box",
                    Name(shape));
    Value::List results;
    for (auto& box : boxes) {
      const MaskView view{masks->data<float>() + box.row * shape[2] * shape[3], shape[2], shape[3]};
      MMDEPLOY_TRY(box.detection.mask, args_.resize ? Paste(view, box.detection.bbox, meta, context)
                                                    : Threshold(view, context));
      results.emplace_back(std::move(box.detection));
    }
    return Values{Value(std::move(results))};
  }

 private:
  Result<Tensor> Allocate(int64_t height, int64_t width, const RunContext& context) const {
    return Tensor::Allocate(DataType::kUint8, {height, width}, context.pool);
  }

  Result<Tensor> Threshold(const MaskView& view, const RunContext& context) const {
    MMDEPLOY_TRY(Tensor mask, Allocate(view.height, view.width, context));
    for (int64_t i = 0; i < mask.num_elements(); ++i) {
      mask.data<uint8_t>()[i] = view.scores[i] > args_.threshold ? 255 : 0;
    }
    return mask;
  }

  // The part of the image that the box touches, with a pixel more on each side.
  Result<Tensor> Paste(const MaskView& view, const Rect& box, const ImageMeta& meta,
                       const RunContext& context) const {
    const auto clip = [](float value, int max) {
      return std::clamp<int64_t>(static_cast<int64_t>(value), 0, max);
    };
    const int64_t x0 = clip(std::floor(box.left) - 1, meta.ori_shape.width);
    const int64_t y0 = clip(std::floor(box.top) - 1, meta.ori_shape.height);
    const int64_t x1 = clip(std::ceil(box.right) + 1, meta.ori_shape.width);
    const int64_t y1 = clip(std::ceil(box.bottom) + 1, meta.ori_shape.height);
    if (x1 <= x0 || y1 <= y0 || !(box.right > box.left) || !(box.bottom > box.top)) return Tensor();
    const float fx = static_cast<float>(view.width) / (box.right - box.left);
    const float fy = static_cast<float>(view.height) / (box.bottom - box.top);
    MMDEPLOY_TRY(Tensor mask, Allocate(y1 - y0, x1 - x0, context));
    uint8_t* pixel = mask.data<uint8_t>();
    for (int64_t y = y0; y < y1; ++y) {
      const float v = (static_cast<float>(y) + 0.5f - box.top) * fy - 0.5f;
      for (int64_t x = x0; x < x1; ++x) {
        const float u = (static_cast<float>(x) + 0.5f - box.left) * fx - 0.5f;
        *pixel++ = view.Bilinear(v, u) > args_.threshold ? 255 : 0;
      }
    }
    return mask;
  }

  Signature signature_;
  const MaskArgs args_;
};

Result<std::unique_ptr<Module>> Create(JsonReader& params, const ModuleEnv& env) {
  MaskArgs args;
  args.boxes = ReadBoxArgs(params);
  params.Read("mask_thr_binary", &args.threshold);
  params.Describe("rcnn", "object", "", "its `mask_thr_binary` counts where that key is absent");
  if (const Json* rcnn = params.Find("rcnn"); rcnn && rcnn->is_object()) {
    JsonReader inner(*rcnn, params.path() / "rcnn", nullptr);
    inner.AcceptAnyKey();
    if (!params.Has("mask_thr_binary")) inner.Read("mask_thr_binary", &args.threshold);
    MMDEPLOY_TRYV(inner.Finish());
  }
  params.Read("is_resize_mask", &args.resize);
  MMDEPLOY_TRYV(params.Finish());
  MMDEPLOY_TRYV(CheckBoxOutputs(env, params.path()));
  MMDEPLOY_TRYV(CheckOutputs(env, params.path(), {{"masks", {DataType::kFloat32}, 4}}));
  return std::make_unique<ResizeInstanceMask>(args);
}

}  // namespace

std::vector<HeadType> resize_instance_mask_heads() {
  return {{"mmdet", "ResizeInstanceMask", Create}};
}

}  // namespace mmdeploy
