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

Result<Target> ReadTarget(const Node& node) {
  const Value& x = *node.input(0);
  const Dims from = BlobDims(x);
  const Dims to = BlobDims(*node.output());
  MMDEPLOY_ENSURE(
      DropsBatch(x) && (from.size() == 2 || from.size() == 3) && to.size() == from.size(),
      Code::kNotSupported, "'{}' is {}, expected [1,C,W] or [1,C,H,W]", x.name(), Name(x.type));
  MMDEPLOY_ENSURE(from[0] == to[0], Code::kNotSupported, "it resizes the channels");
  Target target;
  const size_t scales_input =
      node.op() == "Upsample" || node.graph()->model()->opset() < 11 ? 1 : 2;
  if (const auto* scales = node.Get<std::vector<float>>("scales")) {
    if (scales->size() >= 2) target.scale_w = scales->back();
    if (scales->size() >= 4) target.scale_h = (*scales)[scales->size() - 2];
  } else if (const Value* scales = node.input(scales_input); scales && scales->constant()) {
    const auto numbers = scales->constant()->Numbers();
    if (numbers && numbers->size() >= 3) target.scale_w = static_cast<float>(numbers->back());
    if (numbers && numbers->size() >= 4) target.scale_h = static_cast<float>((*numbers)[2]);
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

// ONNX goes through the input in steps of 1 / scale, ncnn in steps that end where the input ends.
// The two differ where a scaled size is not whole; 0 if not, else how much of the input the output
// covers.
double Covered(const graph::Dim& from, int64_t size, float scale) {
  if (!from.is_known() || size == 0 || scale == 1) return 0;
  if (std::abs(static_cast<double>(from.value()) * scale - static_cast<double>(size)) < 1e-3) {
    return 0;
  }
  return static_cast<double>(size) / scale;
}

// The input without what the output does not cover. In steps of more than 1, sampling between two
// neighbours needs nothing of it.
Result<std::string> ReadCovered(const Node& node, const Target& target, Emitter* emitter) {
  const Dims from = BlobDims(*node.input(0));
  std::string blob = emitter->Read(node.input(0));
  std::vector<int64_t> ends, axes;
  for (size_t axis = 1; axis < from.size(); ++axis) {
    const bool last = axis + 1 == from.size();
    const float scale = last ? target.scale_w : target.scale_h;
    const double covered = Covered(from[axis], last ? target.width : target.height, scale);
    if (covered == 0) continue;
    const double whole = std::round(covered);
    const bool exact = scale < 1 && std::abs(covered - whole) < 1e-3;
    MMDEPLOY_ENSURE(exact && node.String("mode", "") != "cubic", Code::kNotSupported,
                    "a factor of {} for the size {}, which gives no whole size; resize to a size",
                    scale, from[axis].value());
    ends.push_back(static_cast<int64_t>(whole));
    axes.push_back(static_cast<int64_t>(axis));
  }
  if (axes.empty()) return blob;
  Layer* crop = emitter->AddInner("Crop", node, {blob});
  crop->Set(9, std::vector<int64_t>(axes.size(), 0));
  crop->Set(10, ends);
  crop->Set(11, axes);
  return crop->outputs[0];
}

bool IsWhole(const graph::Dim& from, const graph::Dim& to, float scale) {
  if (from.is_known() && to.is_known() && from.value() > 0) return to.value() % from.value() == 0;
  return scale == std::floor(scale);
}

// ncnn takes floor(position / scale); for whole factors all ways of ONNX agree with it but those
// that round half up.
Result<void> CheckNearest(const Node& node, const Target& target) {
  const std::string mode = node.String("coordinate_transformation_mode", "half_pixel");
  const std::string rounding = node.String("nearest_mode", "round_prefer_floor");
  const bool same = node.op() == "Upsample" || node.graph()->model()->opset() < 11 ||
                    (mode == "asymmetric" && rounding == "floor");
  if (same) return {};
  const Dims from = BlobDims(*node.input(0));
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
  const bool old = node.op() == "Upsample" || node.graph()->model()->opset() < 11;
  const std::string mode =
      old ? "asymmetric" : node.String("coordinate_transformation_mode", "half_pixel");
  if (mode == "align_corners") return 1;
  MMDEPLOY_ENSURE(mode == "half_pixel" || mode == "pytorch_half_pixel", Code::kNotSupported,
                  "{} with {}; ncnn has half_pixel and align_corners", interpolation, mode);
  return 0;
}

Result<void> ConvertResize(const Node& node, Emitter* emitter) {
  MMDEPLOY_ENSURE(node.Int("antialias", 0) == 0, Code::kNotSupported, "antialias");
  MMDEPLOY_TRY(const Target target, ReadTarget(node));
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
  std::string blob = emitter->Read(node.input(0));
  if (align_corners == 0) {
    MMDEPLOY_TRY(blob, ReadCovered(node, target, emitter));
  }
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
        "exclude_outside=0", "extrapolation_value", "keep_aspect_ratio_policy", "mode",
        "nearest_mode"}},
      {"Upsample", ConvertResize, 2, {"mode", "scales"}},
  };
}

}  // namespace mmdeploy::ncnn_convert
