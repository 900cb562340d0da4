#include <array>

#include "mmdeploy/backend/ncnn/layer/params.h"
#include "mmdeploy/backend/ncnn/layer/rules.h"
#include "mmdeploy/backend/ncnn/window.h"

// Poolings by a window, to a size, over all.

namespace mmdeploy::ncnn {
namespace {

Rules Pool1() {
  return {Int(0, "pooling_type", 0, 1), Size(1, "kernel_w"),
          Size(2, "stride_w"),          Padding(3, "pad_left"),
          Padding(14, "pad_right"),     Flag(4, "global_pooling"),
          Int(5, "pad_mode", 0, 3),     Flag(6, "avgpool_count_include_pad"),
          Flag(7, "adaptive_pooling"),  Int(8, "out_w", -233, kSize)};
}

Rules Pool2() {
  return Pool1() + Rules{Size(11, "kernel_h"), Size(12, "stride_h"), Padding(13, "pad_top"),
                         Padding(15, "pad_bottom"), Int(18, "out_h", -233, kSize)};
}

Rules Pool3() {
  return Pool2() + Rules{Size(21, "kernel_d"), Size(22, "stride_d"), Padding(23, "pad_front"),
                         Padding(16, "pad_behind"), Int(28, "out_d", -233, kSize)};
}

Result<void> CheckPoolingInput(const ParamLayer& layer, Shapes in) {
  const int spatial = NumSpatialAxes(layer);
  if (layer.Int(4, 0) || layer.Int(7, 0)) return {};
  constexpr std::array<int, 3> kBefore = {3, 13, 23}, kAfter = {14, 15, 16};
  for (int axis = 0; axis < spatial; ++axis) {
    const auto i = static_cast<size_t>(axis);
    const int window = WindowParam(layer, 1, axis, 0);
    MMDEPLOY_ENSURE(window > 0, Code::kFail, "kernel_w (parameter 1) is missing");
    const int before = layer.Int(kBefore[i], layer.Int(3, 0));
    const int after = layer.Int(kAfter[i], before);
    MMDEPLOY_ENSURE(before >= 0 && after >= 0 && before < window && after < window, Code::kFail,
                    "padding {} and {} must be smaller than the kernel of {}", before, after,
                    window);
    MMDEPLOY_TRYV(ExpectWindow(in[0], axis, window, before + after));
  }
  return {};
}

std::vector<BlobShape> PoolingShape(const ParamLayer& layer, Shapes in) {
  if (layer.Int(4, 0)) return {ShapeOf({in[0].outermost()})};
  constexpr std::array<int, 3> kBefore = {3, 13, 23}, kAfter = {14, 15, 16};
  std::vector<int64_t> dims;
  for (int axis = 0; axis < NumSpatialAxes(layer); ++axis) {
    const auto i = static_cast<size_t>(axis);
    if (layer.Int(7, 0)) {
      const int wanted = WindowParam(layer, 8, axis, 0);
      dims.insert(dims.begin(), wanted == -233 ? Extent(in[0], axis) : wanted);
      continue;
    }
    const int mode = layer.Int(5, 0);
    if (mode > 1) return {BlobShape()};  // ncnn calculates pads itself
    const int before = layer.Int(kBefore[i], layer.Int(3, 0));
    const int stride = WindowParam(layer, 2, axis, 1);
    const int room = Extent(in[0], axis) + before + layer.Int(kAfter[i], before) -
                     WindowParam(layer, 1, axis, 1);
    dims.insert(dims.begin(), (room + (mode == 0 ? stride - 1 : 0)) / stride + 1);
  }
  dims.insert(dims.begin(), in[0].outermost());
  return {ShapeOf(dims)};
}

}  // namespace

Rows poolings_rows() {
  return {
      {"Pooling", {}, {}, Pool2(), {3, 3}, nullptr, CheckPoolingInput, PoolingShape, nullptr},
      {"Pooling1D", {}, {}, Pool1(), {2, 2}, nullptr, CheckPoolingInput, PoolingShape, nullptr},
      {"Pooling3D", {}, {}, Pool3(), {4, 4}, nullptr, CheckPoolingInput, PoolingShape, nullptr},
  };
}

}  // namespace mmdeploy::ncnn
