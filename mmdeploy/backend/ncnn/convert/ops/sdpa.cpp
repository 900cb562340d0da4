#include "mmdeploy/backend/ncnn/convert/ops/converter.h"
#include "mmdeploy/graph/passes/facts.h"

// Attention of query, key and value [1,heads,rows,columns], see fuse/sdpa.cpp.

namespace mmdeploy::ncnn_convert {

using graph::Node;
using graph::Value;

namespace {

Result<void> ConvertSdpa(const Node& node, Emitter* emitter) {
  constexpr size_t kMask = 3;
  constexpr size_t kRank = 3;
  std::vector<std::string> inputs;
  for (size_t i = 0; i < kMask; ++i) {
    MMDEPLOY_ENSURE(node.input(i), Code::kOutOfRange, "an input is left out");
    inputs.push_back(emitter->ReadAs(node, node.input(i), kRank));
  }
  const Value* mask = node.input(kMask);
  if (mask) inputs.push_back(emitter->ReadAs(node, mask, graph::Rank(mask).value_or(0)));
  const float scale = node.Float("scale", 1);
  // ncnn takes 0 for "by the size".
  MMDEPLOY_ENSURE(scale != 0, Code::kOutOfRange, "its scale is 0");
  Layer* layer = emitter->Add("SDPA", node, std::move(inputs));
  if (mask) layer->Set(5, int64_t{1});
  layer->Set(6, scale);
  return {};
}

}  // namespace

std::vector<Converter> sdpa_converters() { return {{"SDPA", ConvertSdpa, 4, {"scale"}}}; }

}  // namespace mmdeploy::ncnn_convert
