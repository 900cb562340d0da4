#include "mmdeploy/backend/ncnn/convert/layout.h"

#include <algorithm>

#include "mmdeploy/graph/passes/facts.h"

namespace mmdeploy::ncnn_convert {

using graph::Dims;
using graph::Node;
using graph::Value;

namespace {

constexpr size_t kMaxBlobRank = 4;

}  // namespace

Result<void> CheckBlob(const Value& value) {
  MMDEPLOY_ENSURE(value.type.is_tensor(), Code::kNotSupported, "'{}' is {}, ncnn has tensors only",
                  value.name(), Name(value.type));
  MMDEPLOY_ENSURE(value.type.dims, Code::kNotSupported,
                  "the rank of '{}' is not known; give the shapes of the inputs", value.name());
  const Dims& dims = *value.type.dims;
  MMDEPLOY_ENSURE(dims.size() < 2 || dims[0].is_known(), Code::kNotSupported,
                  "the first dimension of '{}', {}, is not known; give the shapes of the inputs",
                  value.name(), Name(value.type));
  const bool empty = std::any_of(dims.begin(), dims.end(), [](auto& dim) { return dim == 0; });
  MMDEPLOY_ENSURE(!empty, Code::kNotSupported, "'{}' is {}, ncnn has no empty blobs", value.name(),
                  Name(value.type));
  MMDEPLOY_ENSURE(BlobRank(value) <= kMaxBlobRank, Code::kNotSupported,
                  "'{}' is {}, ncnn has at most {} dimensions beside the batch of 1", value.name(),
                  Name(value.type), kMaxBlobRank);
  return {};
}

bool DropsBatch(const Value& value) {
  const Dims& dims = *value.type.dims;
  return dims.size() >= 2 && dims[0].is_known() && dims[0].value() == 1;
}

Dims BlobDims(const Value& value) {
  const Dims& dims = *value.type.dims;
  if (dims.empty()) return {1};
  return {dims.begin() + (DropsBatch(value) ? 1 : 0), dims.end()};
}

size_t BlobRank(const Value& value) { return BlobDims(value).size(); }

bool SameBlob(const Value& a, const Value& b) { return BlobDims(a) == BlobDims(b); }

bool IsSequence(const Value& value) {
  if (!value.type.dims || value.type.dims->size() != 3) return false;
  const Dims& dims = *value.type.dims;
  return dims[0] == graph::Dim(1) || dims[1] == graph::Dim(1);
}

Result<int64_t> PositiveAxis(const Value& value, int64_t axis) {
  const auto rank = static_cast<int64_t>(value.type.dims->size());
  MMDEPLOY_ENSURE(axis >= -rank && axis < rank, Code::kOutOfRange, "axis {} of '{}', which is {}",
                  axis, value.name(), Name(value.type));
  return axis < 0 ? axis + rank : axis;
}

Result<int64_t> BlobAxis(const Value& value, int64_t axis) {
  MMDEPLOY_TRY(const int64_t positive, PositiveAxis(value, axis));
  if (!DropsBatch(value)) return positive;
  MMDEPLOY_ENSURE(positive > 0, Code::kNotSupported,
                  "axis 0 of '{}' is the batch, which ncnn has not", value.name());
  return positive - 1;
}

Result<std::vector<int64_t>> BlobAxes(const Value& value, std::vector<int64_t> axes) {
  for (int64_t& axis : axes) {
    MMDEPLOY_TRY(axis, BlobAxis(value, axis));
  }
  return axes;
}

Result<std::vector<float>> Floats(const Value* value) {
  MMDEPLOY_ENSURE(value && value->constant(), Code::kNotSupported, "{} must be constant",
                  value ? fmt::format("'{}'", value->name()) : "an input that is left out");
  const graph::TensorPtr& data = value->constant();
  if (data->type() == graph::ElementType::kFloat32) return data->Values<float>();
  const auto numbers = data->Numbers();
  MMDEPLOY_ENSURE(numbers, Code::kNotSupported, "'{}' is {}, ncnn has numbers only", value->name(),
                  Name(data->value_type()));
  std::vector<float> floats(numbers->begin(), numbers->end());
  const bool is_whole = !graph::IsFloat(value);
  for (size_t i = 0; is_whole && i < floats.size(); ++i) {
    MMDEPLOY_ENSURE(static_cast<double>(floats[i]) == (*numbers)[i], Code::kNotSupported,
                    "'{}' holds {:.0f}, ncnn calculates in float32, which has whole numbers up to "
                    "16777216 only",
                    value->name(), (*numbers)[i]);
  }
  return floats;
}

Result<std::optional<std::vector<int64_t>>> IntsOf(const Node& node, std::string_view attribute,
                                                   size_t input) {
  if (const Value* value = node.input(input)) {
    auto ints = graph::ConstantInts(value);
    MMDEPLOY_ENSURE(ints, Code::kNotSupported, "'{}' ({}) must be constant", value->name(),
                    attribute);
    return ints;
  }
  if (const auto* ints = node.Get<std::vector<int64_t>>(attribute)) return std::optional(*ints);
  return std::optional<std::vector<int64_t>>();
}

}  // namespace mmdeploy::ncnn_convert
