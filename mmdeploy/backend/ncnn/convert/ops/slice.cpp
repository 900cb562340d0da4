#include <algorithm>
#include <limits>

#include "mmdeploy/backend/ncnn/convert/ops/converter.h"
#include "mmdeploy/backend/ncnn/convert/ops/reshape.h"

// Parts of a value: Slice, and Gather.

namespace mmdeploy::ncnn_convert {

using graph::Dim;
using graph::Node;
using graph::Value;

namespace {

// A range along one axis of a blob.
struct Part {
  int64_t axis = 0;
  int64_t start = 0, end = 0, step = 1;
};

// ncnn's "to the end".
constexpr int64_t kEnd = -233;

// Without steps ncnn crops; `start` and `end` count from the front where the size is known.
void SetCrop(const std::vector<Part>& parts, Layer* layer) {
  std::vector<int64_t> starts, ends, axes;
  for (const Part& part : parts) {
    starts.push_back(part.start);
    ends.push_back(part.end);
    axes.push_back(part.axis);
  }
  layer->Set(9, starts);
  layer->Set(10, ends);
  layer->Set(11, axes);
}

// Our own layer: one axis, counted with the batch.
void SetTensorSlice(const Part& part, Layer* layer) {
  layer->Set(0, std::vector<int64_t>{part.start});
  // "To the end" is ncnn's own word.
  constexpr int64_t kMost = std::numeric_limits<int32_t>::max();
  layer->Set(1, std::vector<int64_t>{part.end == kEnd ? kMost : part.end});
  layer->Set(2, std::vector<int64_t>{part.axis + 1});
  layer->Set(3, std::vector<int64_t>{part.step});
}

// What begins behind the end of an open dimension, or counts from it, is done by our own layer, as
// ONNX says; ncnn would read what is not there.
bool IsCrop(const Part& part, const Dim& dim) {
  return part.step == 1 && (dim.is_known() || part.start >= 0);
}

// Backwards from `start` to before `end`.
Result<Part> ClampBackwards(Part part, int64_t size) {
  const auto position = [&](int64_t value) {
    return std::clamp<int64_t>(value < 0 ? value + size : value, -1, size - 1);
  };
  part.start = position(part.start);
  part.end = position(part.end);
  MMDEPLOY_ENSURE(part.start > part.end, Code::kNotSupported, "its result is empty");
  if (part.end == -1) part.end = -size - 1;  // as such it would count from the back
  return part;
}

Result<Part> Clamp(Part part, const Dim& dim) {
  constexpr int64_t kMost = std::numeric_limits<int32_t>::max();
  part.start = std::clamp(part.start, -kMost, kMost);
  part.end = std::clamp(part.end, -kMost, kMost);
  MMDEPLOY_ENSURE(part.step != 0 && part.step <= kMost && part.step >= -kMost, Code::kNotSupported,
                  "a step of {}", part.step);
  if (dim.is_known() && part.step < 0) return ClampBackwards(part, dim.value());
  if (dim.is_known()) {
    const auto position = [&](int64_t value) {
      return std::clamp<int64_t>(value < 0 ? value + dim.value() : value, 0, dim.value());
    };
    part.start = position(part.start);
    part.end = position(part.end);
    MMDEPLOY_ENSURE(part.start < part.end, Code::kNotSupported, "its result is empty");
    return part;
  }
  MMDEPLOY_ENSURE(part.end != kEnd && (!IsCrop(part, dim) || part.end != 0), Code::kNotSupported,
                  "a range from {} to {} of an open dimension", part.start, part.end);
  if (part.end == kMost) part.end = kEnd;
  return part;
}

Result<std::vector<Part>> ReadParts(const Node& node) {
  const Value& x = *node.input(0);
  MMDEPLOY_TRY(const auto starts, IntsOf(node, "starts", 1));
  MMDEPLOY_TRY(const auto ends, IntsOf(node, "ends", 2));
  MMDEPLOY_TRY(auto axes, IntsOf(node, "axes", 3));
  MMDEPLOY_TRY(const auto steps, IntsOf(node, "steps", 4));
  MMDEPLOY_ENSURE(starts && ends && starts->size() == ends->size(), Code::kOutOfRange,
                  "starts and ends differ in length");
  if (!axes) {
    axes.emplace();
    for (size_t i = 0; i < starts->size(); ++i) axes->push_back(static_cast<int64_t>(i));
  }
  MMDEPLOY_ENSURE(axes->size() == starts->size() && (!steps || steps->size() == starts->size()),
                  Code::kOutOfRange, "axes or steps differ in length from starts");
  std::vector<Part> parts;
  for (size_t i = 0; i < axes->size(); ++i) {
    MMDEPLOY_TRY(const int64_t axis, PositiveAxis(x, (*axes)[i]));
    const Dim& dim = (*x.type.dims)[axis];
    const Part whole = {axis, (*starts)[i], (*ends)[i], steps ? (*steps)[i] : 1};
    MMDEPLOY_TRY(Part part, Clamp(whole, dim));
    if (dim.is_known() && part.start == 0 && part.end == dim.value() && part.step == 1) continue;
    MMDEPLOY_TRY(part.axis, BlobAxis(x, axis));
    parts.push_back(part);
  }
  return parts;
}

Result<void> ConvertSlice(const Node& node, Emitter* emitter) {
  const Value& x = *node.input(0);
  MMDEPLOY_TRY(const std::vector<Part> parts, ReadParts(node));
  std::string blob = emitter->Read(&x);
  graph::Dims dims = BlobDims(x);
  std::vector<Part> crops, strides;
  for (const Part& part : parts) {
    (IsCrop(part, dims[part.axis]) ? crops : strides).push_back(part);
  }
  for (const Part& part : parts) dims[part.axis] = Dim();
  if (!crops.empty()) {
    Layer* layer = emitter->AddInner("Crop", node, {blob});
    SetCrop(crops, layer);
    blob = layer->outputs[0];
  }
  for (const Part& part : strides) {
    Layer* layer = emitter->AddInner("TensorSlice", node, {blob});
    SetTensorSlice(part, layer);
    blob = layer->outputs[0];
  }
  // One layer per axis; what comes last has the name of the output.
  if (!parts.empty() && BlobRank(*node.output()) == dims.size()) {
    emitter->RenameLast(node);
    return {};
  }
  return AddReshape(node, blob, dims, emitter);
}

// Indices without gaps are a Crop.
std::optional<Part> AsPart(const std::vector<int64_t>& indices, int64_t axis, const Dim& dim) {
  if (indices.empty()) return {};
  const int64_t first = indices[0] < 0 && dim.is_known() ? indices[0] + dim.value() : indices[0];
  for (size_t i = 0; i < indices.size(); ++i) {
    const int64_t index = indices[i] < 0 && dim.is_known() ? indices[i] + dim.value() : indices[i];
    if (index < 0 || index != first + static_cast<int64_t>(i)) return {};
    if (dim.is_known() && index >= dim.value()) return {};
  }
  return Part{axis, first, first + static_cast<int64_t>(indices.size())};
}

// Our own layer for indices that are computed, or have gaps. They are a blob of one axis: a batch
// of 1 may stand before it.
Result<Layer*> AddGather(const Node& node, int64_t axis, Emitter* emitter) {
  const Value& indices = *node.input(1);
  MMDEPLOY_ENSURE(indices.type.dims && BlobRank(indices) == 1, Code::kNotSupported,
                  "indices '{}' are {}, expected one dimension beside a batch of 1", indices.name(),
                  Name(indices.type));
  Layer* layer =
      emitter->AddInner("Gather", node, {emitter->Read(node.input(0)), emitter->Read(&indices)});
  layer->Set(0, axis);
  return layer;
}

Result<void> ConvertGather(const Node& node, Emitter* emitter) {
  const Value& x = *node.input(0);
  MMDEPLOY_ENSURE(node.input(1) && x.type.dims, Code::kOutOfRange, "an input is left out");
  MMDEPLOY_TRY(const int64_t whole_axis, PositiveAxis(x, node.Int("axis", 0)));
  const auto indices = graph::ConstantInts(node.input(1));
  if (DropsBatch(x) && whole_axis == 0 && indices && indices->size() == 1) {
    return AddReshape(node, emitter->Read(&x), BlobDims(x), emitter);
  }
  MMDEPLOY_TRY(const int64_t axis, BlobAxis(x, whole_axis));
  graph::Dims dims = BlobDims(x);
  dims[axis] = Dim();
  const auto part = indices && node.input(1)->constant()->rank() <= 1
                        ? AsPart(*indices, axis, (*x.type.dims)[whole_axis])
                        : std::nullopt;
  Layer* layer = nullptr;
  if (part) {
    layer = emitter->AddInner("Crop", node, {emitter->Read(&x)});
    SetCrop({*part}, layer);
  } else {
    MMDEPLOY_TRY(layer, AddGather(node, axis, emitter));
  }
  // The dimension of one index goes.
  if (BlobRank(*node.output()) == dims.size()) {
    emitter->RenameLast(node);
    return {};
  }
  return AddReshape(node, layer->outputs[0], dims, emitter);
}

}  // namespace

std::vector<Converter> slice_converters() {
  return {
      {"Gather", ConvertGather, 2, {"axis"}},
      {"Slice", ConvertSlice, 5, {"axes", "ends", "starts", "steps"}},
  };
}

}  // namespace mmdeploy::ncnn_convert
