#include "mmdeploy/backend/ncnn/convert/ops/converter.h"

// A block written into a blob, see fuse/scatter.cpp.

namespace mmdeploy::ncnn_convert {

using graph::Node;
using graph::Value;

namespace {

Result<void> ConvertCopyTo(const Node& node, Emitter* emitter) {
  const Value& x = *node.input(0);
  MMDEPLOY_ENSURE(node.input(1), Code::kOutOfRange, "an input is left out");
  std::vector<int64_t> offsets = node.Ints("offsets");
  MMDEPLOY_ENSURE(offsets.size() == x.type.dims->size() && !offsets.empty(), Code::kOutOfRange,
                  "offsets has {} entries", offsets.size());
  if (DropsBatch(x)) offsets.erase(offsets.begin());
  const size_t rank = BlobRank(x);
  Layer* layer =
      emitter->Add("CopyTo", node,
                   {emitter->ReadAs(node, &x, rank), emitter->ReadAs(node, node.input(1), rank)});
  // Width, height, [depth,] channels: from the last on.
  static constexpr int kIds[5][4] = {{}, {0}, {1, 0}, {2, 1, 0}, {2, 13, 1, 0}};
  for (size_t i = 0; i < rank; ++i) layer->Set(kIds[rank][i], offsets[i]);
  return {};
}

}  // namespace

std::vector<Converter> copy_to_converters() { return {{"CopyTo", ConvertCopyTo, 2, {"offsets"}}}; }

}  // namespace mmdeploy::ncnn_convert
