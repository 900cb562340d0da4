#include <algorithm>

#include "mmdeploy/backend/ncnn/convert/ops/converter.h"

// Pad of up to three dimensions of a blob.

namespace mmdeploy::ncnn_convert {

using graph::Node;
using graph::Value;

namespace {

Result<int64_t> PadType(const std::string& mode) {
  if (mode == "constant") return 0;
  if (mode == "edge") return 1;
  if (mode == "reflect") return 2;
  return MakeError(Code::kNotSupported, "mode '{}', ncnn has constant, edge and reflect", mode);
}

Result<float> PadValue(const Node& node) {
  if (!node.input(2)) return node.Float("value", 0);
  const auto value = graph::ConstantNumber(node.input(2));
  MMDEPLOY_ENSURE(value, Code::kNotSupported, "'{}' must be a constant number",
                  node.input(2)->name());
  return static_cast<float>(*value);
}

Result<void> ConvertPad(const Node& node, Emitter* emitter) {
  const Value& x = *node.input(0);
  MMDEPLOY_TRY(auto pads, IntsOf(node, "pads", 1));
  if (!pads) pads = node.Ints("paddings");
  const size_t rank = x.type.dims->size();
  MMDEPLOY_ENSURE(pads->size() == 2 * rank && !node.input(3), Code::kNotSupported,
                  "pads has {} entries for {} dimensions", pads->size(), rank);
  const size_t blob_rank = BlobRank(x);
  std::vector<int64_t> before(blob_rank, 0), after(blob_rank, 0);
  for (size_t i = 0; i < rank; ++i) {
    const int64_t begin = (*pads)[i];
    const int64_t end = (*pads)[rank + i];
    MMDEPLOY_ENSURE(begin >= 0 && end >= 0, Code::kNotSupported,
                    "pads of {} and {} with mode '{}' or an open size", begin, end,
                    node.String("mode", "constant"));
    const size_t skipped = rank - blob_rank;
    MMDEPLOY_ENSURE(i >= skipped || (begin == 0 && end == 0), Code::kNotSupported,
                    "it pads the batch");
    if (i < skipped) continue;
    before[i - skipped] = begin;
    after[i - skipped] = end;
  }
  MMDEPLOY_ENSURE(blob_rank < 4 || (before[0] == 0 && after[0] == 0), Code::kNotSupported,
                  "it pads the channels of four dimensions");
  MMDEPLOY_TRY(const int64_t type, PadType(node.String("mode", "constant")));
  MMDEPLOY_TRY(const float value, PadValue(node));
  // From the last dimension on: width, height, then depth or channels.
  constexpr int kBefore[] = {2, 0, 7};
  constexpr int kAfter[] = {3, 1, 8};
  Layer* layer = emitter->Add("Padding", node);
  for (size_t i = 0; i < std::min<size_t>(blob_rank, 3); ++i) {
    layer->Set(kBefore[i], before[blob_rank - 1 - i]);
    layer->Set(kAfter[i], after[blob_rank - 1 - i]);
  }
  layer->Set(4, type);
  layer->Set(5, value);
  return {};
}

}  // namespace

std::vector<Converter> pad_converters() {
  return {{"Pad", ConvertPad, 4, {"mode", "paddings", "pads", "value"}}};
}

}  // namespace mmdeploy::ncnn_convert
