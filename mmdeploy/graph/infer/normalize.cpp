// Normalizations and softmax: the result has the type of the data.

#include "mmdeploy/graph/infer/rules.h"

namespace mmdeploy::graph {

namespace {

// Inputs `first` on are vectors with one number per channel.
Result<void> CheckPerChannel(const InferContext& c, size_t first, size_t last) {
  for (size_t i = first; i <= last; ++i) {
    if (!c.Has(i)) continue;
    MMDEPLOY_TRYV(c.ExpectRank(i, 1));
    if (!c.dims(0) || c.dims(0)->size() < 2 || !c.dims(i)) continue;
    auto channels = c.Same("channels", (*c.dims(0))[1], (*c.dims(i))[0]);
    if (!channels) {
      return MakeError(
          channels.error().In(fmt::format("{} for {}", c.DescribeInput(i), c.DescribeInput(0))));
    }
  }
  return {};
}

Result<void> BatchNormalization(InferContext& c) {
  MMDEPLOY_TRYV(CheckPerChannel(c, 1, 4));
  c.SetType(0, c.type(0));
  // Running mean and variance, then (before version 14) saved ones.
  for (size_t i = 1; i < 5; ++i) c.Set(i, c.element(3), c.dims(3));
  return {};
}

Result<void> InstanceNormalization(InferContext& c) {
  MMDEPLOY_TRYV(c.ExpectRank(0, 3, SIZE_MAX));
  MMDEPLOY_TRYV(CheckPerChannel(c, 1, 2));
  return InferSameType(c);
}

Result<void> LayerNormalization(InferContext& c) {
  const int64_t axis = c.Int("axis", -1);
  c.SetType(0, c.type(0));
  OptionalDims statistics = c.dims(0);
  if (statistics) {
    MMDEPLOY_TRY(const size_t first, c.Axis("attribute 'axis'", axis, statistics->size()));
    for (size_t i = first; i < statistics->size(); ++i) (*statistics)[i] = 1;
  }
  const auto element = static_cast<ElementType>(c.Int("stash_type", 1));
  c.Set(1, element, statistics);
  c.Set(2, element, std::move(statistics));
  return {};
}

// Normalizes along one axis.
Result<void> AlongAxis(InferContext& c, int64_t axis) {
  if (c.dims(0)) {
    auto place = c.Axis("attribute 'axis'", axis, c.dims(0)->size());
    if (!place) return MakeError(std::move(place).error());
  }
  return InferSameType(c);
}

Result<void> LpNormalization(InferContext& c) { return AlongAxis(c, c.Int("axis", -1)); }

Result<void> Softmax(InferContext& c) {
  const int64_t axis = c.Int("axis", c.opset() < 13 ? 1 : -1);
  // The old versions flatten to two dimensions at the axis, which may lie behind the last one.
  if (c.opset() < 13 && c.dims(0) && axis == static_cast<int64_t>(c.dims(0)->size())) {
    return InferSameType(c);
  }
  if (c.dims(0) && c.dims(0)->empty()) return InferSameType(c);
  return AlongAxis(c, axis);
}

constexpr InferRule kRules[] = {
    {"BatchNormalization", 5, 5, kFloats, BatchNormalization},
    {"GroupNormalization", 3, 3, kFloats, InferSameType},
    {"Hardmax", 1, 1, kFloats, Softmax},
    {"InstanceNormalization", 3, 3, kFloats, InstanceNormalization},
    {"LRN", 1, 1, kFloats, InferSameType},
    {"LayerNormalization", 2, 3, kFloats, LayerNormalization},
    {"LogSoftmax", 1, 1, kFloats, Softmax},
    {"LpNormalization", 1, 1, kFloats, LpNormalization},
    {"MeanVarianceNormalization", 1, 1, kFloats, InferSameType},
    {"RMSNormalization", 2, 2, kFloats, InferSameType},
    {"Softmax", 1, 1, kFloats, Softmax},
};

}  // namespace

Span<const InferRule> NormalizeRules() { return kRules; }

}  // namespace mmdeploy::graph
