#include "mmdeploy/backend/ncnn/convert/ops/converter.h"

// TopK and ArgMax: our own layer.

namespace mmdeploy::ncnn_convert {

using graph::Node;
using graph::Value;

namespace {

Result<void> ConvertTopK(const Node& node, Emitter* emitter) {
  const Value& x = *node.input(0);
  MMDEPLOY_TRY(const int64_t axis, BlobAxis(x, node.Int("axis", -1)));
  MMDEPLOY_ENSURE(node.input(1), Code::kNotSupported,
                  "k as an attribute; export with a newer opset");
  Layer* layer = emitter->AddMany("TopK", node, {emitter->Read(&x), emitter->Read(node.input(1))});
  layer->Set(0, axis);
  layer->Set(1, node.Int("largest", 1));
  layer->Set(2, node.Int("sorted", 1));
  return {};
}

Result<void> ConvertArg(const Node& node, Emitter* emitter) {
  const Value& x = *node.input(0);
  MMDEPLOY_TRY(const int64_t axis, BlobAxis(x, node.Int("axis", 0)));
  MMDEPLOY_ENSURE(node.Int("select_last_index", 0) == 0, Code::kNotSupported, "select_last_index");
  Layer* layer = emitter->Add("TopK", node);
  layer->Set(0, axis);
  layer->Set(1, static_cast<int64_t>(node.op() == "ArgMax"));
  layer->Set(3, node.Int("keepdims", 1));
  return {};
}

}  // namespace

std::vector<Converter> topk_converters() {
  return {
      {"ArgMax", ConvertArg, 1, {"axis", "keepdims", "select_last_index=0"}},
      {"ArgMin", ConvertArg, 1, {"axis", "keepdims", "select_last_index=0"}},
      {"TopK", ConvertTopK, 2, {"axis", "largest", "sorted"}},
  };
}

}  // namespace mmdeploy::ncnn_convert
