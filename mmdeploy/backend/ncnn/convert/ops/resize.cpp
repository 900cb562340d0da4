#include <algorithm>
#include <cmath>

#include "mmdeploy/backend/ncnn/convert/ops/converter.h"

// Resize and Upsample of one or two spatial dimensions.

namespace mmdeploy::ncnn_convert {

using graph::Dims;
using graph::Node;
using graph::Value;

namespace {

// Factors of the two last dimensions; 1 where a dimension is missing or not known.
struct Target {
  float scale_h = 1, scale_w = 1;
  int64_t height = 0, width = 0;  // 0: not known
};

// Factors of all dimensions; nothing where a size is given.
Result<std::vector<double>> ReadScales(const Node& node) {
  const size_t rank = node.input(0)->type.dims->size();
  const size_t index = node.op() == "Upsample" || node.graph()->model()->opset() < 11 ? 1 : 2;
  std::vector<double> scales;
  if (const auto* floats = node.Get<std::vector<float>>("scales")) {
    scales.assign(floats->begin(), floats->end());
  } else if (const Value* value = node.input(index); value && value->constant()) {
    const auto numbers = value->constant()->Numbers();
    if (numbers) scales.assign(numbers->begin(), numbers->end());
  }
  if (scales.empty()) return scales;
  const std::vector<int64_t> axes = node.Ints("axes");
  if (!axes.empty()) {
    MMDEPLOY_ENSURE(axes.size() == scales.size(), Code::kOutOfRange, "{} scales for {} axes",
                    scales.size(), axes.size());
    std::vector<double> all(rank, 1);
    for (size_t i = 0; i < axes.size(); ++i) {
      MMDEPLOY_TRY(const int64_t axis, PositiveAxis(*node.input(0), axes[i]));
      all[axis] = scales[i];
    }
    scales = std::move(all);
  }
  MMDEPLOY_ENSURE(scales.size() == rank, Code::kOutOfRange, "{} scales for {} dimensions",
                  scales.size(), rank);
  return scales;
}

Result<Target> ReadTarget(const Node& node) {
  const Value& x = *node.input(0);
  const Dims from = BlobDims(x);
  const Dims to = BlobDims(*node.output());
  MMDEPLOY_ENSURE(
      DropsBatch(x) && (from.size() == 2 || from.size() == 3) && to.size() == from.size(),
      Code::kNotSupported, "'{}' is {}, expected [1,C,W] or [1,C,H,W]", x.name(), Name(x.type));
  MMDEPLOY_ENSURE(from[0] == to[0], Code::kNotSupported, "it resizes the channels");
  Target target;
  MMDEPLOY_TRY(const std::vector<double> scales, ReadScales(node));
  if (!scales.empty()) {
    target.scale_w = static_cast<float>(scales.back());
    if (scales.size() >= 4) target.scale_h = static_cast<float>(scales[scales.size() - 2]);
  }
  const bool known = to.back().is_known() && (to.size() == 2 || to[1].is_known());
  if (known) {
    target.width = to.back().value();
    target.height = to.size() == 3 ? to[1].value() : 1;
  } else {
    MMDEPLOY_ENSURE(target.scale_w != 1 || target.scale_h != 1, Code::kNotSupported,
                    "the size of '{}', {}, depends on the input; give the shapes of the inputs",
                    node.output()->name(), Name(node.output()->type));
  }
  return target;
}

// ONNX goes through the input in steps of 1 / scale; so does ncnn where the layer has no size, and
// in steps that end where the input ends where it has one. The two differ where a scaled size is
// not whole.
bool IsCutOff(const graph::Dim& from, int64_t size, float scale) {
  if (!from.is_known() || size == 0 || scale == 1) return false;
  return std::abs(static_cast<double>(from.value()) * scale - static_cast<double>(size)) > 1e-3;
}

bool IsCutOff(const Node& node, const Target& target) {
  const Dims from = BlobDims(*node.input(0));
  return IsCutOff(from.back(), target.width, target.scale_w) ||
         (from.size() == 3 && IsCutOff(from[1], target.height, target.scale_h));
}

Result<void> LeaveSizeOpen(const Node& node, Target* target) {
  if (!IsCutOff(node, *target)) return {};
  const Dims from = BlobDims(*node.input(0));
  const auto size = [&](size_t axis, float scale) {
    return static_cast<int64_t>(static_cast<float>(from[axis].value()) * scale);
  };
  MMDEPLOY_ENSURE(size(from.size() - 1, target->scale_w) == target->width &&
                      (from.size() == 2 || size(1, target->scale_h) == target->height),
                  Code::kNotSupported, "factors of {} and {} give no size of {} x {}; resize to it",
                  target->scale_h, target->scale_w, target->height, target->width);
  target->width = target->height = 0;
  return {};
}

std::string Coordinates(const Node& node) {
  const bool old = node.op() == "Upsample" || node.graph()->model()->opset() < 11;
  return old ? "asymmetric" : node.String("coordinate_transformation_mode", "half_pixel");
}

// PyTorch takes the first element for a size of 1, not the middle.
Result<std::string> ReadFirst(const Node& node, const Target& target, Emitter* emitter) {
  const Dims from = BlobDims(*node.input(0));
  std::string blob = emitter->Read(node.input(0));
  if (Coordinates(node) != "pytorch_half_pixel") return blob;
  std::vector<int64_t> axes;
  for (size_t axis = 1; axis < from.size(); ++axis) {
    const bool last = axis + 1 == from.size();
    const int64_t size = last ? target.width : target.height;
    MMDEPLOY_ENSURE(
        size != 0 || from[axis].is_known() == false ||
            static_cast<float>(from[axis].value()) * (last ? target.scale_w : target.scale_h) >= 2,
        Code::kNotSupported, "pytorch_half_pixel to a size of 1 by a factor");
    if (size == 1 && from[axis] != graph::Dim(1)) axes.push_back(static_cast<int64_t>(axis));
  }
  if (axes.empty()) return blob;
  Layer* crop = emitter->AddInner("Crop", node, {blob});
  crop->Set(9, std::vector<int64_t>(axes.size(), 0));
  crop->Set(10, std::vector<int64_t>(axes.size(), 1));
  crop->Set(11, axes);
  return crop->outputs[0];
}

// Whether both come to the same elements, whose positions they calculate in float32 each its way.
bool NearestAgrees(const graph::Dim& from, int64_t size, float scale) {
  constexpr int64_t kMost = 4096;
  if (size != 0 && !from.is_known()) return false;
  const float step = size ? static_cast<float>(from.value()) / static_cast<float>(size) : 1 / scale;
  const float factor = size ? static_cast<float>(size) / static_cast<float>(from.value()) : scale;
  for (int64_t i = 0; i < (size ? size : kMost); ++i) {
    const auto x = static_cast<float>(i);
    if (std::floor(x * step) != std::floor(x / factor)) return false;
  }
  return true;
}

bool IsWholeNumber(float number) { return std::abs(number - std::round(number)) < 1e-4F; }

bool IsWhole(const graph::Dim& from, const graph::Dim& to, float scale) {
  if (from.is_known() && to.is_known() && from.value() > 0) return to.value() % from.value() == 0;
  return !to.is_known() && scale == std::floor(scale);
}

// ncnn takes floor(position / scale); for whole factors all ways of ONNX agree with it but those
// that round half up.
Result<void> CheckNearest(const Node& node, const Target& target) {
  const std::string mode = node.String("coordinate_transformation_mode", "half_pixel");
  const std::string rounding = node.String("nearest_mode", "round_prefer_floor");
  // Version 10 of it took the next one when it shrinks.
  const auto shrinks = [](float scale) { return scale < 1 && !IsWholeNumber(1 / scale); };
  MMDEPLOY_ENSURE(
      node.graph()->model()->opset() != 10 || !(shrinks(target.scale_h) || shrinks(target.scale_w)),
      Code::kNotSupported, "nearest with factors of {} and {}", target.scale_h, target.scale_w);
  const bool same = node.op() == "Upsample" || node.graph()->model()->opset() < 11 ||
                    (mode == "asymmetric" && rounding == "floor");
  const Dims from = BlobDims(*node.input(0));
  MMDEPLOY_ENSURE(
      !same || (NearestAgrees(from.back(), target.width, target.scale_w) &&
                (from.size() == 2 || NearestAgrees(from[1], target.height, target.scale_h))),
      Code::kNotSupported,
      "nearest with factors of {} and {}, at which ncnn rounds "
      "otherwise",
      target.scale_h, target.scale_w);
  if (same) return {};
  const Dims to = BlobDims(*node.output());
  const bool whole = IsWhole(from.back(), to.back(), target.scale_w) &&
                     (from.size() == 2 || IsWhole(from[1], to[1], target.scale_h));
  const bool half = (mode == "half_pixel" || mode == "pytorch_half_pixel") &&
                    (rounding == "round_prefer_floor" || rounding == "round_prefer_ceil");
  MMDEPLOY_ENSURE(whole && half, Code::kNotSupported,
                  "nearest with {} and {} and this factor; ncnn has asymmetric with floor", mode,
                  rounding);
  return {};
}

Result<int64_t> AlignCorners(const Node& node, const std::string& interpolation) {
  const std::string mode = Coordinates(node);
  if (mode == "align_corners") return 1;
  MMDEPLOY_ENSURE(mode == "half_pixel" || mode == "pytorch_half_pixel", Code::kNotSupported,
                  "{} with {}; ncnn has half_pixel and align_corners", interpolation, mode);
  return 0;
}

Result<void> ConvertResize(const Node& node, Emitter* emitter) {
  MMDEPLOY_ENSURE(node.Int("antialias", 0) == 0, Code::kNotSupported, "antialias");
  MMDEPLOY_TRY(Target target, ReadTarget(node));
  if (Coordinates(node) != "align_corners") {
    MMDEPLOY_TRYV(LeaveSizeOpen(node, &target));
  } else {
    MMDEPLOY_ENSURE(!IsCutOff(node, target), Code::kNotSupported,
                    "align_corners with factors of {} and {}, of which the sizes are not whole: "
                    "engines make different things of it",
                    target.scale_h, target.scale_w);
  }
  const std::string mode = node.String("mode", "nearest");
  int64_t type = 1;
  int64_t align_corners = 0;
  if (mode == "nearest") {
    MMDEPLOY_TRYV(CheckNearest(node, target));
  } else {
    MMDEPLOY_ENSURE(mode == "linear" || mode == "bilinear" || mode == "cubic", Code::kNotSupported,
                    "mode '{}'", mode);
    MMDEPLOY_TRY(align_corners, AlignCorners(node, mode));
    type = mode == "cubic" ? 3 : 2;
    MMDEPLOY_ENSURE(type == 2 || node.Float("cubic_coeff_a", -0.75F) == -0.75F, Code::kNotSupported,
                    "cubic_coeff_a is {}, ncnn has -0.75", node.Float("cubic_coeff_a", -0.75F));
  }
  MMDEPLOY_TRY(const std::string blob, ReadFirst(node, target, emitter));
  Layer* layer = emitter->Add("Interp", node, {blob});
  layer->Set(0, type);
  layer->Set(1, target.scale_h);
  layer->Set(2, target.scale_w);
  layer->Set(3, target.height);
  layer->Set(4, target.width);
  layer->Set(6, align_corners);
  return {};
}

}  // namespace

std::vector<Converter> resize_converters() {
  return {
      {"Resize",
       ConvertResize,
       4,
       {"antialias=0", "axes", "coordinate_transformation_mode", "cubic_coeff_a",
        "exclude_outside=0", "extrapolation_value", "keep_aspect_ratio_policy=stretch", "mode",
        "nearest_mode"}},
      {"Upsample", ConvertResize, 2, {"mode", "scales"}},
  };
}

}  // namespace mmdeploy::ncnn_convert
