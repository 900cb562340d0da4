#include "mmdeploy/backend/ncnn/convert/ops/reshape.h"

#include <algorithm>

#include "mmdeploy/backend/ncnn/convert/ops/converter.h"

// Other dimensions for the same elements.

namespace mmdeploy::ncnn_convert {

using graph::Dims;
using graph::Node;
using graph::Value;

namespace {

// Dimensions as Reshape takes them: -1 for what follows from the others, 0 for that of the input.
Result<std::vector<int64_t>> TargetDims(const Value& output, const Dims& from) {
  const Dims to = BlobDims(output);
  std::vector<int64_t> target;
  int unknown = 0;
  for (size_t i = 0; i < to.size(); ++i) {
    if (to[i].is_known()) {
      target.push_back(to[i].value());
    } else if (to.size() == from.size() && to[i] == from[i]) {
      target.push_back(0);
    } else {
      target.push_back(-1);
      ++unknown;
    }
  }
  MMDEPLOY_ENSURE(unknown <= 1, Code::kNotSupported,
                  "'{}' is {}, of which more than one dimension is open; give the shapes of the "
                  "inputs",
                  output.name(), Name(output.type));
  return target;
}

}  // namespace

Result<void> AddReshape(const Node& node, const std::string& blob, const Dims& dims,
                        Emitter* emitter) {
  const Value& output = *node.output();
  if (BlobDims(output) == dims) {
    emitter->Add("Noop", node, {blob});
    return {};
  }
  MMDEPLOY_TRY(const std::vector<int64_t> target, TargetDims(output, dims));
  SetDims(target, emitter->Add("Reshape", node, {blob}));
  return {};
}

namespace {

Result<void> ConvertReshape(const Node& node, Emitter* emitter) {
  const Value& x = *node.input(0);
  if (x.type.dims) return AddReshape(node, emitter->Read(&x), BlobDims(x), emitter);
  return MakeError(Code::kNotSupported, "the rank of '{}' is not known", x.name());
}

Result<void> ConvertFlatten(const Node& node, Emitter* emitter) {
  const Value& x = *node.input(0);
  if (BlobRank(*node.output()) == 1 && BlobRank(x) > 1) {
    emitter->Add("Flatten", node);
    return {};
  }
  return ConvertReshape(node, emitter);
}

// Axes of a blob of this rank for those of a value, when the batch is left out before and after.
std::optional<std::vector<int64_t>> InnerAxes(const Value& x, const Value& y,
                                              const std::vector<int64_t>& axes, size_t rank) {
  if (!DropsBatch(x) || !DropsBatch(y)) return {};
  std::vector<int64_t> inner;
  for (int64_t axis : axes) {
    if (axis < 0) axis += static_cast<int64_t>(rank);
    if (axis < 1 || axis >= static_cast<int64_t>(rank)) return {};
    inner.push_back(axis - 1);
  }
  std::sort(inner.begin(), inner.end());
  return inner;
}

Result<void> ConvertSqueeze(const Node& node, Emitter* emitter) {
  const Value& x = *node.input(0);
  const Value& y = *node.output();
  MMDEPLOY_TRY(const auto axes, IntsOf(node, "axes", 1));
  if (!axes) return ConvertReshape(node, emitter);
  const auto inner = InnerAxes(x, y, *axes, x.type.dims->size());
  if (!inner || inner->empty()) return ConvertReshape(node, emitter);
  emitter->Add("Squeeze", node)->Set(3, *inner);
  return {};
}

Result<void> ConvertUnsqueeze(const Node& node, Emitter* emitter) {
  const Value& x = *node.input(0);
  const Value& y = *node.output();
  MMDEPLOY_TRY(const auto axes, IntsOf(node, "axes", 1));
  MMDEPLOY_ENSURE(axes, Code::kOutOfRange, "it has no axes");
  const auto inner = InnerAxes(x, y, *axes, y.type.dims->size());
  if (!inner || inner->empty()) return ConvertReshape(node, emitter);
  emitter->Add("ExpandDims", node)->Set(3, *inner);
  return {};
}

}  // namespace

std::vector<Converter> reshape_converters() {
  return {
      {"Flatten", ConvertFlatten, 1, {"axis"}},
      {"Reshape", ConvertReshape, 2, {"allowzero", "shape"}},
      {"Squeeze", ConvertSqueeze, 2, {"axes"}},
      {"Unsqueeze", ConvertUnsqueeze, 2, {"axes"}},
  };
}

}  // namespace mmdeploy::ncnn_convert
