#include <map>

#include "mmdeploy/backend/ncnn/convert/ops/converter.h"

// Images sampled at computed places.

namespace mmdeploy::ncnn_convert {

using graph::Node;
using graph::Value;

namespace {

// The numbers of ncnn's layer. Operator set 20 has other names.
Result<int64_t> SampleType(const Node& node) {
  static const auto* types = new std::map<std::string, int64_t>{
      {"bilinear", 1}, {"linear", 1}, {"bicubic", 3}, {"cubic", 3}};
  const std::string mode = node.String("mode", "bilinear");
  const auto type = types->find(mode);
  MMDEPLOY_ENSURE(type != types->end(), Code::kNotSupported,
                  "mode '{}'; ncnn rounds places in the middle up, ONNX to even ones, allowed: "
                  "linear, cubic, or the operator mmdeploy::grid_sampler",
                  mode);
  return type->second;
}

Result<int64_t> PaddingMode(const Node& node) {
  static const auto* modes = new std::map<std::string, int64_t>{{"zeros", 1}, {"border", 2}};
  const auto mode = modes->find(node.String("padding_mode", "zeros"));
  MMDEPLOY_ENSURE(mode != modes->end(), Code::kNotSupported,
                  "padding_mode '{}'; ncnn has zeros and border, and reflects once only",
                  node.String("padding_mode", "zeros"));
  return mode->second;
}

Result<void> ConvertGridSample(const Node& node, Emitter* emitter) {
  const Value& x = *node.input(0);
  const Value* grid = node.input(1);
  MMDEPLOY_ENSURE(grid && grid->type.dims, Code::kOutOfRange, "an input is left out");
  const size_t rank = x.type.dims->size();
  MMDEPLOY_ENSURE(DropsBatch(x) && DropsBatch(*grid) && (rank == 4 || rank == 5),
                  Code::kNotSupported, "'{}' is {} and '{}' {}, expected [1,C,H,W] and [1,H,W,2]",
                  x.name(), Name(x.type), grid->name(), Name(grid->type));
  MMDEPLOY_TRY(const int64_t type, SampleType(node));
  MMDEPLOY_TRY(const int64_t padding, PaddingMode(node));
  MMDEPLOY_ENSURE(rank == 4 || type == 1, Code::kNotSupported, "mode '{}' of volumes",
                  node.String("mode", ""));
  Layer* layer = emitter->Add("GridSample", node, {emitter->Read(&x), emitter->Read(grid)});
  layer->Set(0, type);
  layer->Set(1, padding);
  layer->Set(2, int64_t{node.Int("align_corners", 0) != 0});
  return {};
}

}  // namespace

std::vector<Converter> grid_sample_converters() {
  return {{"GridSample", ConvertGridSample, 2, {"align_corners", "mode", "padding_mode"}}};
}

}  // namespace mmdeploy::ncnn_convert
