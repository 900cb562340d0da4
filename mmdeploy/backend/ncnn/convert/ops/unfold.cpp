#include "mmdeploy/backend/ncnn/convert/ops/converter.h"

// The elements under a moving window side by side, see fuse/unfold.cpp.

namespace mmdeploy::ncnn_convert {

using graph::Node;

namespace {

// Attributes are pairs, of rows and columns.
Result<void> ConvertUnfold(const Node& node, Emitter* emitter) {
  Layer* layer = emitter->Add("Unfold", node);
  const auto set = [&](std::string_view name, int columns, int rows) -> Result<void> {
    const std::vector<int64_t> pair = node.Ints(name);
    MMDEPLOY_ENSURE(pair.size() == 2, Code::kOutOfRange, "{} must have two entries", name);
    layer->Set(columns, pair[1]);
    layer->Set(rows, pair[0]);
    return {};
  };
  MMDEPLOY_TRYV(set("kernel", 1, 11));
  MMDEPLOY_TRYV(set("dilations", 2, 12));
  MMDEPLOY_TRYV(set("strides", 3, 13));
  MMDEPLOY_TRYV(set("begins", 4, 14));
  return set("ends", 15, 16);
}

}  // namespace

std::vector<Converter> unfold_converters() {
  return {{"Unfold", ConvertUnfold, 1, {"begins", "dilations", "ends", "kernel", "strides"}}};
}

}  // namespace mmdeploy::ncnn_convert
