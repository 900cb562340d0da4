#include "mmdeploy/backend/ncnn/convert/ops/converter.h"

// One number for each channel, see fuse/pointwise.cpp: what ncnn makes of a pooling over all.

namespace mmdeploy::ncnn_convert {

using graph::Node;

namespace {

Result<void> ConvertGlobalPool(const Node& node, Emitter* emitter) {
  const size_t rank = node.input(0)->type.dims->size();
  MMDEPLOY_ENSURE(rank >= 3 && rank <= 5, Code::kOutOfRange, "its input has {} dimensions", rank);
  const std::string type = rank == 4 ? "Pooling" : "Pooling" + std::to_string(rank - 2) + "D";
  Layer* layer = emitter->Add(type, node);
  layer->Set(0, node.Int("average", 1));
  layer->Set(4, int64_t{1});
  return {};
}

}  // namespace

std::vector<Converter> global_pool_converters() {
  return {{"GlobalPool", ConvertGlobalPool, 1, {"average"}}};
}

}  // namespace mmdeploy::ncnn_convert
