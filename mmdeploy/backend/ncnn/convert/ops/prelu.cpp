#include "mmdeploy/backend/ncnn/convert/ops/converter.h"

// PRelu: with one slope or one per channel as ncnn has it, others by parts.

namespace mmdeploy::ncnn_convert {

using graph::Node;
using graph::Value;

namespace {

// Slopes that ncnn's layer has: one, or one per channel.
bool IsPerChannel(const Value& x, const Value& slope) {
  if (!slope.constant() || slope.constant()->num_elements() == 0) return false;
  const int64_t size = slope.constant()->num_elements();
  if (size == 1) return true;
  // ONNX aligns the last dimensions: those behind the channels must be there.
  const std::vector<int64_t>& dims = slope.constant()->dims();
  const graph::Dims& of = *x.type.dims;
  if (!DropsBatch(x) || of[1] != graph::Dim(size)) return false;
  const size_t behind = of.size() - 2;
  return dims.size() > behind && dims[dims.size() - behind - 1] == size;
}

// max(x, 0) + slope * min(x, 0).
void AddParts(const Node& node, Emitter* emitter) {
  constexpr int64_t kAdd = 0, kMul = 2, kMin = 5;
  const size_t rank = BlobRank(*node.output());
  const std::string x = emitter->ReadAs(node, node.input(0), rank);
  Layer* negative = emitter->AddInner("BinaryOp", node, {x});
  SetNumber(kMin, 0.0F, negative);
  const std::string below = negative->outputs[0];
  Layer* scaled =
      emitter->AddInner("BinaryOp", node, {below, emitter->ReadAs(node, node.input(1), rank)});
  scaled->Set(0, kMul);
  const std::string part = scaled->outputs[0];
  const std::string above = emitter->AddInner("ReLU", node, {x})->outputs[0];
  emitter->Add("BinaryOp", node, {above, part})->Set(0, kAdd);
}

Result<void> ConvertPRelu(const Node& node, Emitter* emitter) {
  MMDEPLOY_ENSURE(node.input(1) && node.input(1)->type.dims, Code::kOutOfRange,
                  "the slope is left out");
  if (!IsPerChannel(*node.input(0), *node.input(1))) {
    AddParts(node, emitter);
    return {};
  }
  MMDEPLOY_TRY(std::vector<float> slope, Floats(node.input(1)));
  Layer* layer = emitter->Add("PReLU", node);
  layer->Set(0, static_cast<int64_t>(slope.size()));
  layer->AddRaw(std::move(slope));
  return {};
}

}  // namespace

std::vector<Converter> prelu_converters() { return {{"PRelu", ConvertPRelu, 2}}; }

}  // namespace mmdeploy::ncnn_convert
