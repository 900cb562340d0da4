#include <algorithm>

#include "mmdeploy/backend/ncnn/convert/ops/converter.h"
#include "mmdeploy/backend/ncnn/convert/ops/reshape.h"

// Values repeated: Tile and Expand; and what depends on shapes at run time.

namespace mmdeploy::ncnn_convert {

using graph::Dims;
using graph::Node;
using graph::Value;

namespace {

// `repeats` per axis of the blob, which is as that of the output.
void AddTile(const Node& node, const std::string& blob, const std::vector<int64_t>& repeats,
             Emitter* emitter) {
  if (std::all_of(repeats.begin(), repeats.end(), [](int64_t r) { return r == 1; })) {
    emitter->Add("Noop", node, {blob});
    return;
  }
  emitter->Add("Tile", node, {blob})->Set(2, repeats);
}

Result<void> ConvertTile(const Node& node, Emitter* emitter) {
  const Value& x = *node.input(0);
  MMDEPLOY_TRY(auto repeats, IntsOf(node, "repeats", 1));
  MMDEPLOY_ENSURE(repeats && repeats->size() == x.type.dims->size() && !repeats->empty(),
                  Code::kOutOfRange, "repeats must have an entry per dimension");
  for (int64_t repeat : *repeats) {
    MMDEPLOY_ENSURE(repeat >= 1, Code::kNotSupported, "a repetition of {}", repeat);
  }
  const size_t rank = BlobRank(*node.output());
  if (rank < repeats->size()) repeats->erase(repeats->begin());
  AddTile(node, emitter->ReadAs(node, &x, rank), *repeats, emitter);
  return {};
}

// Shapes that are known are done by Tile, others by our own layer.
Result<void> ConvertExpand(const Node& node, Emitter* emitter) {
  const Value& x = *node.input(0);
  const auto to = graph::KnownDims(BlobDims(*node.output()));
  if (!to) {
    MMDEPLOY_ENSURE(DropsBatch(*node.output()), Code::kNotSupported,
                    "'{}' is {}, which has no batch of 1, and open sizes; give the shapes of the "
                    "inputs",
                    node.output()->name(), Name(node.output()->type));
    emitter->Add("Expand", node, {emitter->Read(&x), emitter->Read(node.input(1))});
    return {};
  }
  Dims from = BlobDims(x);
  while (from.size() < to->size()) from.insert(from.begin(), 1);
  std::vector<int64_t> repeats;
  for (size_t i = 0; i < to->size(); ++i) {
    MMDEPLOY_ENSURE(from[i].is_known(), Code::kNotSupported, "'{}' is {}, which must be known",
                    x.name(), Name(x.type));
    repeats.push_back(from[i].value() == (*to)[i] ? 1 : (*to)[i]);
  }
  AddTile(node, emitter->ReadAs(node, &x, to->size()), repeats, emitter);
  return {};
}

// [1,C,H,W] as numbers.
Result<void> ConvertShape(const Node& node, Emitter* emitter) {
  MMDEPLOY_ENSURE(DropsBatch(*node.input(0)) && !node.Find("start") && !node.Find("end"),
                  Code::kNotSupported, "the shape of '{}', {}; it must begin with the batch of 1",
                  node.input(0)->name(), Name(node.input(0)->type));
  emitter->Add("Shape", node);
  return {};
}

Result<void> ConvertConstantOfShape(const Node& node, Emitter* emitter) {
  float value = 0;
  if (const auto* tensor = node.Get<graph::TensorPtr>("value"); tensor && *tensor) {
    const auto numbers = (*tensor)->Numbers();
    MMDEPLOY_ENSURE(numbers && numbers->size() == 1, Code::kOutOfRange,
                    "its value must be one number");
    value = static_cast<float>(numbers->front());
  }
  emitter->Add("ConstantOfShape", node)->Set(0, value);
  return {};
}

}  // namespace

std::vector<Converter> expand_converters() {
  return {
      {"ConstantOfShape", ConvertConstantOfShape, 1, {"value"}},
      {"Expand", ConvertExpand, 2},
      {"Shape", ConvertShape, 1, {"start=0"}},
      {"Tile", ConvertTile, 2, {"repeats"}},
  };
}

}  // namespace mmdeploy::ncnn_convert
