#include "mmdeploy/backend/ncnn/convert/ops/converter.h"

// PRelu with one slope, or one per channel.

namespace mmdeploy::ncnn_convert {

using graph::Node;
using graph::Value;

namespace {

Result<void> ConvertPRelu(const Node& node, Emitter* emitter) {
  const Value& x = *node.input(0);
  MMDEPLOY_TRY(std::vector<float> slope, Floats(node.input(1)));
  const std::vector<int64_t>& dims = node.input(1)->constant()->dims();
  MMDEPLOY_ENSURE(!slope.empty(), Code::kOutOfRange, "the slope is empty");
  // ONNX aligns the last dimensions: those behind the channels must be there.
  const size_t behind = x.type.dims->size() - 2;
  const bool per_channel =
      dims.size() > behind && dims[dims.size() - behind - 1] == static_cast<int64_t>(slope.size());
  MMDEPLOY_ENSURE(slope.size() == 1 || (DropsBatch(x) && per_channel), Code::kNotSupported,
                  "slope '{}' is {} for '{}', {}; ncnn takes one number, or one per channel",
                  node.input(1)->name(), Name(node.input(1)->constant()->value_type()), x.name(),
                  Name(x.type));
  Layer* layer = emitter->Add("PReLU", node);
  layer->Set(0, static_cast<int64_t>(slope.size()));
  layer->AddRaw(std::move(slope));
  return {};
}

}  // namespace

std::vector<Converter> prelu_converters() { return {{"PRelu", ConvertPRelu}}; }

}  // namespace mmdeploy::ncnn_convert
