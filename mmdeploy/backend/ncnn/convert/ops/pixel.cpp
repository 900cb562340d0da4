#include "mmdeploy/backend/ncnn/convert/ops/converter.h"

// Exchanges between channels and places: DepthToSpace, SpaceToDepth and what fusions make.

namespace mmdeploy::ncnn_convert {

using graph::Node;
using graph::Value;

namespace {

Result<void> CheckImage(const Value& x) {
  MMDEPLOY_ENSURE(DropsBatch(x) && x.type.dims->size() == 4, Code::kNotSupported,
                  "'{}' is {}, expected [1,C,H,W]", x.name(), Name(x.type));
  return {};
}

Result<int64_t> BlockSize(const Node& node, std::string_view attribute) {
  const int64_t size = node.Int(attribute, 0);
  MMDEPLOY_ENSURE(size >= 1 && size <= 1 << 15, Code::kOutOfRange, "{} is {}", attribute, size);
  return size;
}

Result<void> ConvertDepthToSpace(const Node& node, Emitter* emitter) {
  MMDEPLOY_TRYV(CheckImage(*node.input(0)));
  MMDEPLOY_TRY(const int64_t size, BlockSize(node, "blocksize"));
  Layer* layer = emitter->Add("PixelShuffle", node);
  layer->Set(0, size);
  layer->Set(1, static_cast<int64_t>(node.String("mode", "DCR") == "DCR"));
  return {};
}

Result<void> ConvertPixelShuffle(const Node& node, Emitter* emitter) {
  MMDEPLOY_TRY(const int64_t size, BlockSize(node, "upscale_factor"));
  Layer* layer = emitter->Add("PixelShuffle", node);
  layer->Set(0, size);
  layer->Set(1, int64_t{0});
  return {};
}

// ncnn's second mode: all channels of one place behind those of the place before.
Result<void> ConvertSpaceToDepth(const Node& node, Emitter* emitter) {
  MMDEPLOY_TRYV(CheckImage(*node.input(0)));
  MMDEPLOY_TRY(const int64_t size, BlockSize(node, "blocksize"));
  Layer* layer = emitter->Add("Reorg", node);
  layer->Set(0, size);
  layer->Set(1, int64_t{1});
  return {};
}

Result<void> ConvertReorg(const Node& node, Emitter* emitter) {
  MMDEPLOY_TRY(const int64_t stride, BlockSize(node, "stride"));
  emitter->Add("Reorg", node)->Set(0, stride);
  return {};
}

Result<void> ConvertShuffleChannel(const Node& node, Emitter* emitter) {
  MMDEPLOY_TRY(const int64_t group, BlockSize(node, "group"));
  Layer* layer = emitter->Add("ShuffleChannel", node);
  layer->Set(0, group);
  layer->Set(1, node.Int("reverse", 0));
  return {};
}

}  // namespace

std::vector<Converter> pixel_converters() {
  return {
      {"DepthToSpace", ConvertDepthToSpace, 1, {"blocksize", "mode"}},
      {"PixelShuffle", ConvertPixelShuffle, 1, {"upscale_factor"}, true},
      {"Reorg", ConvertReorg, 1, {"stride"}, true},
      {"ShuffleChannel", ConvertShuffleChannel, 1, {"group", "reverse"}, true},
      {"SpaceToDepth", ConvertSpaceToDepth, 1, {"blocksize"}},
  };
}

}  // namespace mmdeploy::ncnn_convert
