#include "mmdeploy/backend/ncnn/convert/ops/converter.h"

// Running sums.

namespace mmdeploy::ncnn_convert {

using graph::Node;
using graph::Value;

namespace {

Result<void> ConvertCumSum(const Node& node, Emitter* emitter) {
  const Value& x = *node.input(0);
  MMDEPLOY_ENSURE(node.input(1), Code::kOutOfRange, "an input is left out");
  const auto number = graph::ConstantInts(node.input(1));
  MMDEPLOY_ENSURE(number && number->size() == 1, Code::kNotSupported,
                  "'{}' (axis) must be a constant number", node.input(1)->name());
  MMDEPLOY_ENSURE(node.Int("exclusive", 0) == 0, Code::kNotSupported,
                  "'exclusive' needs two elements or more of a known size");
  MMDEPLOY_TRY(const int64_t axis, BlobAxis(x, number->front()));
  const auto add = [&](std::string_view type, std::vector<std::string> inputs) {
    return emitter->AddInner(type, node, std::move(inputs));
  };
  std::string blob = emitter->Read(&x);
  const auto flip = [&] {
    Layer* layer = add("Flip", {blob});
    layer->Set(0, std::vector<int64_t>{axis});
    blob = layer->outputs[0];
  };
  const bool reverse = node.Int("reverse", 0) != 0;
  if (reverse) flip();
  Layer* sum = add("CumulativeSum", {blob});
  sum->Set(0, axis);
  blob = sum->outputs[0];
  if (reverse) flip();
  emitter->RenameLast(node);
  return {};
}

}  // namespace

std::vector<Converter> cumsum_converters() {
  return {{"CumSum", ConvertCumSum, 2, {"exclusive", "reverse"}}};
}

}  // namespace mmdeploy::ncnn_convert
