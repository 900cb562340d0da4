#include <algorithm>

#include "mmdeploy/backend/ncnn/convert/ops/converter.h"
#include "mmdeploy/backend/ncnn/convert/ops/reshape.h"

// Normalisations over channels, groups, instances and last dimensions.

namespace mmdeploy::ncnn_convert {

using graph::Dim;
using graph::Dims;
using graph::Node;
using graph::Value;

namespace {

Result<std::vector<float>> FloatsOfSize(const Value* value, size_t size) {
  MMDEPLOY_TRY(std::vector<float> floats, Floats(value));
  MMDEPLOY_ENSURE(floats.size() == size && size > 0, Code::kOutOfRange,
                  "'{}' has {} elements, expected {}", value->name(), floats.size(), size);
  return floats;
}

Result<void> ConvertBatchNorm(const Node& node, Emitter* emitter) {
  const Value& x = *node.input(0);
  MMDEPLOY_ENSURE(DropsBatch(x), Code::kNotSupported, "'{}' is {}, ncnn needs a batch of 1",
                  x.name(), Name(x.type));
  MMDEPLOY_ENSURE(node.Int("training_mode", 0) == 0, Code::kNotSupported, "training_mode");
  MMDEPLOY_TRY(std::vector<float> scale, Floats(node.input(1)));
  MMDEPLOY_TRY(std::vector<float> bias, FloatsOfSize(node.input(2), scale.size()));
  MMDEPLOY_TRY(std::vector<float> mean, FloatsOfSize(node.input(3), scale.size()));
  MMDEPLOY_TRY(std::vector<float> variance, FloatsOfSize(node.input(4), scale.size()));
  for (float& value : variance) value += node.Float("epsilon", 1e-5F);
  Layer* layer = emitter->Add("BatchNorm", node);
  layer->Set(0, static_cast<int64_t>(scale.size()));
  layer->AddRaw(std::move(scale));
  layer->AddRaw(std::move(mean));
  layer->AddRaw(std::move(variance));
  layer->AddRaw(std::move(bias));
  return {};
}

// ncnn normalises channels, which blobs of two dimensions have not.
Result<void> ConvertInstanceNorm(const Node& node, Emitter* emitter) {
  const Value& x = *node.input(0);
  MMDEPLOY_ENSURE(DropsBatch(x) && x.type.dims->size() >= 3, Code::kNotSupported,
                  "'{}' is {}, expected [1,C,...]", x.name(), Name(x.type));
  MMDEPLOY_TRY(std::vector<float> scale, Floats(node.input(1)));
  MMDEPLOY_TRY(std::vector<float> bias, FloatsOfSize(node.input(2), scale.size()));
  const auto channels = static_cast<int64_t>(scale.size());
  std::string blob = emitter->Read(&x);
  const bool flat = BlobRank(x) == 2;
  if (flat) blob = emitter->Reshape(node, blob, {channels, 1, -1});
  Layer* layer = flat ? emitter->AddInner("InstanceNorm", node, {blob})
                      : emitter->Add("InstanceNorm", node, {blob});
  const auto size = graph::NumElements(Dims(x.type.dims->begin() + 2, x.type.dims->end()));
  if (size == 1) scale.assign(scale.size(), 0);  // as above
  const bool affine = std::any_of(scale.begin(), scale.end(), [](float v) { return v != 1; }) ||
                      std::any_of(bias.begin(), bias.end(), [](float v) { return v != 0; });
  layer->Set(0, channels);
  layer->Set(1, node.Float("epsilon", 1e-5F));
  layer->Set(2, static_cast<int64_t>(affine));
  if (affine) {
    layer->AddRaw(std::move(scale));
    layer->AddRaw(std::move(bias));
  }
  if (flat) SetDims({channels, -1}, emitter->Add("Reshape", node, {layer->outputs[0]}));
  return {};
}

// `groups`, `channels`, scale and bias per channel.
Result<void> AddGroupNorm(const Node& node, int64_t groups, std::vector<float> scale,
                          std::vector<float> bias, Emitter* emitter) {
  const auto channels = static_cast<int64_t>(scale.size());
  MMDEPLOY_ENSURE(groups >= 1 && channels % groups == 0, Code::kOutOfRange,
                  "{} groups of {} channels", groups, channels);
  Layer* layer = emitter->Add("GroupNorm", node);
  layer->Set(0, groups);
  layer->Set(1, channels);
  layer->Set(2, node.Float("epsilon", 1e-5F));
  layer->Set(3, int64_t{1});
  layer->AddRaw(std::move(scale));
  layer->AddRaw(std::move(bias));
  return {};
}

// Up to operator set 20 scale and bias are per group.
Result<std::vector<float>> PerChannel(const std::vector<float>& values, int64_t channels) {
  const auto count = static_cast<int64_t>(values.size());
  MMDEPLOY_ENSURE(count > 0 && channels % count == 0, Code::kOutOfRange,
                  "{} values for {} channels", count, channels);
  std::vector<float> all;
  for (float value : values) all.insert(all.end(), channels / count, value);
  return all;
}

Result<void> ConvertGroupNorm(const Node& node, Emitter* emitter) {
  const Value& x = *node.input(0);
  MMDEPLOY_ENSURE(DropsBatch(x) && x.type.dims->size() >= 3 && (*x.type.dims)[1].is_known(),
                  Code::kNotSupported, "'{}' is {}, expected [1,C,...]", x.name(), Name(x.type));
  const int64_t channels = (*x.type.dims)[1].value();
  MMDEPLOY_TRY(std::vector<float> scale, Floats(node.input(1)));
  MMDEPLOY_TRY(std::vector<float> bias, Floats(node.input(2)));
  MMDEPLOY_TRY(scale, PerChannel(scale, channels));
  MMDEPLOY_TRY(bias, PerChannel(bias, channels));
  return AddGroupNorm(node, node.Int("num_groups", 1), std::move(scale), std::move(bias), emitter);
}

// The first axis over which is normalised: of ONNX, of our own operator (whose axes its weight
// tells), fused.
Result<int64_t> FirstAxis(const Node& node) {
  const Value& x = *node.input(0);
  if (node.domain().empty() || node.Get<int64_t>("axis")) {
    return PositiveAxis(x, node.Int("axis", -1));
  }
  const bool has_weight = node.input(1) && node.input(1)->constant();
  const size_t count = has_weight ? node.input(1)->constant()->rank() : 1;
  return static_cast<int64_t>(x.type.dims->size()) - static_cast<int64_t>(count);
}

// Factors and summands over the last dimensions.
Result<void> SetNorm(const Node& node, int64_t size, Layer* layer) {
  layer->Set(0, size);
  layer->Set(1, node.Float("epsilon", 1e-5F));
  const bool affine = node.input(1) && node.Int("affine", 1) != 0;
  layer->Set(2, static_cast<int64_t>(affine));
  if (!affine) return {};
  MMDEPLOY_TRY(std::vector<float> scale, FloatsOfSize(node.input(1), size));
  // One number less its mean: ncnn's roundings of it are divided by little more than nothing.
  if (size == 1) scale = {0};
  std::vector<float> bias(size, 0);
  if (node.input(2)) {
    MMDEPLOY_TRY(bias, FloatsOfSize(node.input(2), size));
  }
  layer->AddRaw(std::move(scale));
  layer->AddRaw(std::move(bias));
  return {};
}

// ncnn normalises over the last axis; over several it would take some for the batch: they become
// one.
Result<void> ConvertLayerNorm(const Node& node, Emitter* emitter) {
  const Value& x = *node.input(0);
  MMDEPLOY_TRY(const int64_t first, FirstAxis(node));
  MMDEPLOY_ENSURE(first >= 0 && (first > 0 || !DropsBatch(x)), Code::kNotSupported,
                  "axis {} of '{}', which is {}, is the batch", first, x.name(), Name(x.type));
  const auto size = graph::NumElements(Dims(x.type.dims->begin() + first, x.type.dims->end()));
  MMDEPLOY_ENSURE(size && *size > 0, Code::kNotSupported,
                  "the last dimensions of '{}', {}, must be known", x.name(), Name(x.type));
  for (size_t i = 1; i < node.num_outputs(); ++i) {
    MMDEPLOY_ENSURE(!node.output(i)->has_uses(), Code::kNotSupported, "its mean is used");
  }
  const size_t axes = x.type.dims->size() - static_cast<size_t>(first);
  if (axes == 1) return SetNorm(node, *size, emitter->Add("LayerNorm", node));
  const std::string rows = emitter->Reshape(node, emitter->Read(&x), {-1, *size});
  Layer* layer = emitter->AddInner("LayerNorm", node, {rows});
  MMDEPLOY_TRYV(SetNorm(node, *size, layer));
  return AddReshape(node, layer->outputs[0], {Dim(), *size}, emitter);
}

// x / max(|x|_2, eps) over the channels.
Result<void> ConvertNormalize(const Node& node, Emitter* emitter) {
  constexpr int64_t kMaximum = 1;  // how eps keeps from a division by zero: as in PyTorch
  Layer* layer = emitter->Add("Normalize", node);
  layer->Set(1, int64_t{1});
  layer->Set(2, node.Float("epsilon", 1e-12F));
  layer->Set(3, int64_t{1});
  layer->Set(9, kMaximum);
  layer->AddRaw({1});
  return {};
}

Result<void> ConvertLrn(const Node& node, Emitter* emitter) {
  const Value& x = *node.input(0);
  MMDEPLOY_ENSURE(DropsBatch(x) && x.type.dims->size() == 4, Code::kNotSupported,
                  "'{}' is {}, expected [1,C,H,W]", x.name(), Name(x.type));
  Layer* layer = emitter->Add("LRN", node);
  layer->Set(0, int64_t{0});
  layer->Set(1, node.Int("size", 1));
  layer->Set(2, node.Float("alpha", 1e-4F));
  layer->Set(3, node.Float("beta", 0.75F));
  layer->Set(4, node.Float("bias", 1));
  return {};
}

// One factor, a summand per channel.
Result<void> ConvertImageScaler(const Node& node, Emitter* emitter) {
  const auto* bias = node.Get<std::vector<float>>("bias");
  MMDEPLOY_ENSURE(bias && !bias->empty(), Code::kOutOfRange, "it has no bias");
  Layer* layer = emitter->Add("Scale", node);
  layer->Set(0, static_cast<int64_t>(bias->size()));
  layer->Set(1, int64_t{1});
  layer->AddRaw(std::vector<float>(bias->size(), node.Float("scale", 1)));
  layer->AddRaw(*bias);
  return {};
}

}  // namespace

std::vector<Converter> normalize_converters() {
  return {
      {"BatchNormalization",
       ConvertBatchNorm,
       5,
       {"epsilon", "is_test", "momentum", "spatial=1", "training_mode=0"}},
      {"GroupNormalization", ConvertGroupNorm, 3, {"epsilon", "num_groups", "stash_type"}},
      {"ImageScaler", ConvertImageScaler, 1, {"bias", "scale"}, true},
      {"InstanceNormalization", ConvertInstanceNorm, 3, {"epsilon"}},
      {"LRN", ConvertLrn, 1, {"alpha", "beta", "bias", "size"}},
      {"LayerNorm", ConvertLayerNorm, 3, {"affine", "axis", "epsilon"}, true},
      {"LayerNormalization", ConvertLayerNorm, 3, {"axis", "epsilon", "stash_type"}},
      {"Normalize", ConvertNormalize, 1, {"epsilon"}},
  };
}

}  // namespace mmdeploy::ncnn_convert
