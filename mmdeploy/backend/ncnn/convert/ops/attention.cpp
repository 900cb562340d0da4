#include <cmath>

#include "mmdeploy/backend/ncnn/convert/ops/converter.h"
#include "mmdeploy/graph/passes/facts.h"

// mmdeploy::MultiHeadAttention(q, k, v, weight and bias of q, k, v and the output), of ours with a
// mask behind them.

namespace mmdeploy::ncnn_convert {

using graph::Node;
using graph::Value;

namespace {

// [1,T,E], or [T,1,E] as PyTorch has it.
Result<std::string> ReadSequence(const Node& node, size_t index, int64_t embed_dim,
                                 Emitter* emitter) {
  const graph::Value& x = *node.input(index);
  const std::string blob = emitter->Read(&x);
  if (BlobRank(x) == 2) return blob;
  MMDEPLOY_ENSURE(BlobRank(x) == 3 && BlobDims(x)[1] == graph::Dim(1), Code::kNotSupported,
                  "input {} is {}, expected [1,T,{}]", index, Name(x.type), embed_dim);
  return emitter->Reshape(node, blob, {-1, embed_dim});
}

constexpr size_t kFirstWeight = 3;
constexpr size_t kMask = 11;

// A matrix [rows,columns] and the summands of its rows.
struct Part {
  std::vector<float> weight, bias;

  int64_t columns() const { return static_cast<int64_t>(weight.size() / bias.size()); }
};

// Of query, key, value and output.
Result<std::vector<Part>> ReadParts(const Node& node, int64_t embed_dim) {
  std::vector<Part> parts(4);
  for (size_t i = 0; i < parts.size(); ++i) {
    Part& part = parts[i];
    MMDEPLOY_TRY(part.weight, Floats(node.input(kFirstWeight + 2 * i)));
    MMDEPLOY_TRY(part.bias, Floats(node.input(kFirstWeight + 2 * i + 1)));
    MMDEPLOY_ENSURE(
        !part.bias.empty() && !part.weight.empty() && part.weight.size() % part.bias.size() == 0,
        Code::kOutOfRange, "'{}' has {} elements, its bias {}",
        node.input(kFirstWeight + 2 * i)->name(), part.weight.size(), part.bias.size());
  }
  for (size_t i = 0; i < parts.size(); ++i) {
    const auto outputs = static_cast<int64_t>(parts[i].bias.size());
    const int64_t expected = i < 3 ? embed_dim : parts[0].columns();
    MMDEPLOY_ENSURE(outputs == expected, Code::kOutOfRange, "'{}' has {} rows, expected {}",
                    node.input(kFirstWeight + 2 * i)->name(), outputs, expected);
  }
  MMDEPLOY_ENSURE(parts[3].columns() == embed_dim, Code::kOutOfRange,
                  "'{}' has {} columns, expected {}", node.input(kFirstWeight + 6)->name(),
                  parts[3].columns(), embed_dim);
  return parts;
}

// ncnn tells by the number of blobs which of the three are the same: none, or the last two.
Result<std::vector<std::string>> ReadSequences(const Node& node, const std::vector<Part>& parts,
                                               Emitter* emitter) {
  std::vector<std::string> inputs;
  for (size_t i = 0; i < kFirstWeight; ++i) {
    MMDEPLOY_ENSURE(node.input(i) && node.input(i)->type.dims, Code::kOutOfRange,
                    "an input is left out");
    // One object for query, key and value is one blob.
    if (i > 0 && node.input(i) == node.input(i - 1)) continue;
    MMDEPLOY_TRY(std::string blob, ReadSequence(node, i, parts[i].columns(), emitter));
    inputs.push_back(std::move(blob));
  }
  if (inputs.size() == 2 && node.input(0) == node.input(1)) {
    inputs = {inputs[0], inputs[0], inputs[1]};
  }
  return inputs;
}

void SetScale(const Node& node, int64_t head_dim, Layer* layer) {
  constexpr float kTolerance = 1e-6F;
  const float usual = 1 / std::sqrt(static_cast<float>(head_dim));
  const float scale = node.Float("scale", usual);
  if (std::abs(scale - usual) > kTolerance * usual) layer->Set(6, scale);
}

Result<void> ConvertMultiHeadAttention(const Node& node, Emitter* emitter) {
  const int64_t embed_dim = node.Int("embed_dim", 0);
  const int64_t num_heads = node.Int("num_heads", 0);
  MMDEPLOY_ENSURE(
      num_heads > 0 && embed_dim > 0 && embed_dim % num_heads == 0 && embed_dim <= 1 << 15,
      Code::kOutOfRange, "{} heads of embed_dim {}", num_heads, embed_dim);
  MMDEPLOY_TRY(std::vector<Part> parts, ReadParts(node, embed_dim));
  MMDEPLOY_TRY(std::vector<std::string> inputs, ReadSequences(node, parts, emitter));
  const Value* mask = node.input(kMask);
  if (mask) inputs.push_back(emitter->ReadAs(node, mask, graph::Rank(mask).value_or(0)));
  Layer* layer = emitter->Add("MultiHeadAttention", node, std::move(inputs));
  layer->Set(0, embed_dim);
  layer->Set(1, num_heads);
  layer->Set(2, embed_dim * parts[0].columns());
  if (parts[1].columns() != embed_dim) layer->Set(3, parts[1].columns());
  if (parts[2].columns() != embed_dim) layer->Set(4, parts[2].columns());
  if (mask) layer->Set(5, int64_t{1});
  SetScale(node, embed_dim / num_heads, layer);
  for (Part& part : parts) {
    layer->AddTagged(std::move(part.weight));
    layer->AddRaw(std::move(part.bias));
  }
  return {};
}

}  // namespace

std::vector<Converter> attention_converters() {
  return {{"MultiHeadAttention",
           ConvertMultiHeadAttention,
           12,
           {"embed_dim", "num_heads", "scale"},
           true}};
}

}  // namespace mmdeploy::ncnn_convert
