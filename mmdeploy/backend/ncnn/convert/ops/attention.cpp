#include "mmdeploy/backend/ncnn/convert/ops/converter.h"

// mmdeploy::MultiHeadAttention(q, k, v, weight and bias of q, k, v and the output).

namespace mmdeploy::ncnn_convert {

using graph::Node;

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

Result<void> ConvertMultiHeadAttention(const Node& node, Emitter* emitter) {
  constexpr size_t kFirstWeight = 3;
  constexpr size_t kEnd = 11;
  const int64_t embed_dim = node.Int("embed_dim", 0);
  const int64_t num_heads = node.Int("num_heads", 0);
  MMDEPLOY_ENSURE(
      num_heads > 0 && embed_dim > 0 && embed_dim % num_heads == 0 && embed_dim <= 1 << 15,
      Code::kOutOfRange, "{} heads of embed_dim {}", num_heads, embed_dim);
  std::vector<std::string> inputs;
  for (size_t i = 0; i < kFirstWeight; ++i) {
    MMDEPLOY_ENSURE(node.input(i) && node.input(i)->type.dims, Code::kOutOfRange,
                    "an input is left out");
    // One object for query, key and value is one blob.
    if (i > 0 && node.input(i) == node.input(i - 1)) continue;
    MMDEPLOY_TRY(std::string blob, ReadSequence(node, i, embed_dim, emitter));
    inputs.push_back(std::move(blob));
  }
  std::vector<std::vector<float>> weights;
  for (size_t i = kFirstWeight; i < kEnd; ++i) {
    MMDEPLOY_TRY(std::vector<float> weight, Floats(node.input(i)));
    const int64_t expected = (i - kFirstWeight) % 2 == 0 ? embed_dim * embed_dim : embed_dim;
    MMDEPLOY_ENSURE(static_cast<int64_t>(weight.size()) == expected, Code::kOutOfRange,
                    "'{}' has {} elements, expected {}", node.input(i)->name(), weight.size(),
                    expected);
    weights.push_back(std::move(weight));
  }
  // ncnn tells by the number of blobs which of the three are the same: none, or the last two.
  if (inputs.size() == 2 && node.input(0) == node.input(1)) {
    inputs = {inputs[0], inputs[0], inputs[1]};
  }
  Layer* layer = emitter->Add("MultiHeadAttention", node, std::move(inputs));
  layer->Set(0, embed_dim);
  layer->Set(1, num_heads);
  layer->Set(2, embed_dim * embed_dim);
  for (size_t i = 0; i < weights.size(); ++i) {
    i % 2 == 0 ? layer->AddTagged(std::move(weights[i])) : layer->AddRaw(std::move(weights[i]));
  }
  return {};
}

}  // namespace

std::vector<Converter> attention_converters() {
  return {{"MultiHeadAttention", ConvertMultiHeadAttention, 11, {"embed_dim", "num_heads"}, true}};
}

}  // namespace mmdeploy::ncnn_convert
