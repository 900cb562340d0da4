#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "mmdeploy/base/parallel.h"
#include "mmdeploy/codebase/mmdet/head/boxes.h"
#include "mmdeploy/codebase/mmdet/head/maps.h"
#include "mmdeploy/codebase/mmdet/head/paste_mask.h"
#include "mmdeploy/transform/pixels/opencv.h"

namespace mmdeploy {
namespace {

struct MaskArgs {
  BoxArgs boxes;
  float threshold = 0.5f;  // `mask_thr_binary`: pixels need a higher score
  bool resize = true;      // `is_resize_mask`: false gives the network's mask as it is
  bool has_rcnn = false;   // masks are of boxes, whatever their size
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
    const int64_t last = boxes.empty() ? -1 : boxes.back().row;
    MMDEPLOY_ENSURE(shape.size() == 4 && shape[0] == 1 && shape[1] > last, Code::kFail,
                    "output 'masks' has shape {}, expected 1xNxHxW with a mask for each box",
                    Name(shape));
    std::vector<Result<void>> done(boxes.size());
    ParallelFor(static_cast<int64_t>(boxes.size()), context.num_threads, [&](int64_t i) {
      MappedBox& box = boxes[static_cast<size_t>(i)];
      const MaskView view{masks->data<float>() + box.row * shape[2] * shape[3], shape[2], shape[3]};
      auto mask = MakeMask(view, box.detection.bbox, meta, context);
      if (mask) {
        box.detection.mask = std::move(*mask);
      } else {
        done[static_cast<size_t>(i)] = MakeError(mask.error());
      }
    });
    Value::List results;
    for (size_t i = 0; i < boxes.size(); ++i) {
      MMDEPLOY_TRYV(std::move(done[i]));
      results.emplace_back(std::move(boxes[i].detection));
    }
    return Values{Value(std::move(results))};
  }

 private:
  Result<Tensor> MakeMask(const MaskView& view, const Rect& box, const ImageMeta& meta,
                          const RunContext& context) const {
    if (!args_.resize) return Threshold(view, context);
    // Networks without regions (RTMDet-Ins) give masks of their whole input.
    const ImageShape input = InputShape(meta);
    const bool is_whole =
        !args_.has_rcnn && view.height == input.height && view.width == input.width;
    return is_whole ? Resize(view, meta, context) : Paste(view, box, meta, context);
  }

  static Result<Tensor> Allocate(int64_t height, int64_t width, const RunContext& context) {
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
    MMDEPLOY_TRY(Tensor mask, Allocate(y1 - y0, x1 - x0, context));
    PasteMask(view, MaskAxis::OfBox(y0, y1, box.top, box.bottom, view.height),
              MaskAxis::OfBox(x0, x1, box.left, box.right, view.width), args_.threshold,
              mask.data<uint8_t>());
    return mask;
  }

  // The mask of the network's input as one of the image.
  Result<Tensor> Resize(const MaskView& view, const ImageMeta& meta,
                        const RunContext& context) const {
    const auto scale = meta.scale_factor.value_or(std::array<double, 4>{1, 1, 1, 1});
    const auto scaled = [](int64_t size, double factor) {
      return std::max(1, static_cast<int>(static_cast<double>(size) / factor + 0.5));
    };
    const cv::Mat scores(static_cast<int>(view.height), static_cast<int>(view.width), CV_32FC1,
                         const_cast<float*>(view.scores));
    cv::Mat resized;
    const cv::Size size(scaled(view.width, scale[0]), scaled(view.height, scale[1]));
    MMDEPLOY_TRYV(CallOpenCv("cv::resize", int64_t{size.height} * size.width,
                             [&] { cv::resize(scores, resized, size, 0, 0, cv::INTER_LINEAR); }));
    const int height = std::min(meta.ori_shape.height, resized.rows);
    const int width = std::min(meta.ori_shape.width, resized.cols);
    MMDEPLOY_TRY(Tensor mask, Allocate(height, width, context));
    for (int y = 0; y < height; ++y) {
      const float* row = resized.ptr<float>(y);
      uint8_t* pixels = mask.data<uint8_t>() + int64_t{y} * width;
      for (int x = 0; x < width; ++x) pixels[x] = row[x] > args_.threshold ? 255 : 0;
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
    args.has_rcnn = true;
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
