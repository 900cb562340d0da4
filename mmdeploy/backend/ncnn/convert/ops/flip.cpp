#include "mmdeploy/backend/ncnn/convert/ops/converter.h"

// Axes turned round, see fuse/flip.cpp.

namespace mmdeploy::ncnn_convert {

using graph::Node;

namespace {

Result<void> ConvertFlip(const Node& node, Emitter* emitter) {
  MMDEPLOY_TRY(std::vector<int64_t> axes, BlobAxes(*node.input(0), node.Ints("axes")));
  emitter->Add("Flip", node)->Set(0, std::move(axes));
  return {};
}

}  // namespace

std::vector<Converter> flip_converters() { return {{"Flip", ConvertFlip, 1, {"axes"}}}; }

}  // namespace mmdeploy::ncnn_convert
