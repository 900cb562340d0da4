#include "mmdeploy/backend/ncnn/convert/ops/converter.h"

// Concat and Split along one axis.

namespace mmdeploy::ncnn_convert {

using graph::Node;
using graph::Value;

namespace {

Result<void> ConvertConcat(const Node& node, Emitter* emitter) {
  const Value& y = *node.output();
  MMDEPLOY_TRY(const int64_t axis, PositiveAxis(y, node.Int("axis", 1)));
  std::vector<std::string> inputs;
  const size_t rank = BlobRank(y);
  for (size_t i = 0; i < node.num_inputs(); ++i) {
    inputs.push_back(emitter->ReadAs(node, node.input(i), rank));
  }
  Layer* layer = emitter->Add("Concat", node, std::move(inputs));
  layer->Set(0, DropsBatch(y) ? axis - 1 : axis);
  MMDEPLOY_ENSURE(axis > 0 || !DropsBatch(y), Code::kNotSupported, "it joins along the batch");
  return {};
}

Result<void> ConvertSplit(const Node& node, Emitter* emitter) {
  const Value& x = *node.input(0);
  MMDEPLOY_TRY(const int64_t axis, BlobAxis(x, node.Int("axis", 0)));
  MMDEPLOY_TRY(const auto sizes, IntsOf(node, "split", 1));
  constexpr int64_t kRest = -233;  // what is left, in equal parts
  std::vector<int64_t> slices(node.num_outputs(), kRest);
  if (sizes) {
    MMDEPLOY_ENSURE(sizes->size() == slices.size(), Code::kOutOfRange, "{} sizes for {} outputs",
                    sizes->size(), slices.size());
    slices = *sizes;
    for (int64_t size : slices) {
      MMDEPLOY_ENSURE(size > 0, Code::kNotSupported, "an output of size {}", size);
    }
    slices.back() = kRest;
  } else if (!node.output()->type.dims ||
             (*x.type.dims)[x.type.dims->size() - BlobRank(x) + axis].value() %
                 static_cast<int64_t>(slices.size())) {
    return MakeError(Code::kNotSupported, "unequal parts without sizes");
  }
  Layer* layer = emitter->AddMany("Slice", node, {emitter->Read(&x)});
  layer->Set(0, slices);
  layer->Set(1, axis);
  // A part of 1 along the first axis of a blob is still an axis of it, unless it is left out.
  for (size_t i = 0; i < node.num_outputs(); ++i) {
    const Value& y = *node.output(i);
    MMDEPLOY_ENSURE(!y.has_uses() || BlobRank(y) == BlobRank(x), Code::kNotSupported,
                    "'{}' would be a batch of 1", y.name());
  }
  return {};
}

}  // namespace

std::vector<Converter> concat_converters() {
  return {
      {"Concat", ConvertConcat, kAnyInputs, {"axis"}},
      {"Split", ConvertSplit, 2, {"axis", "num_outputs", "split"}},
  };
}

}  // namespace mmdeploy::ncnn_convert
