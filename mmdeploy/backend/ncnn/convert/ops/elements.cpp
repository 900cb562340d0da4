#include "mmdeploy/backend/ncnn/convert/ops/converter.h"

// Single elements at places that are computed, by layers of ours.

namespace mmdeploy::ncnn_convert {

using graph::Node;
using graph::Value;

namespace {

// Indices and updates have as many dimensions as the data.
Result<void> ConvertElements(const Node& node, Emitter* emitter) {
  const Value& x = *node.input(0);
  MMDEPLOY_ENSURE(node.String("reduction", "none") == "none", Code::kNotSupported, "reduction '{}'",
                  node.String("reduction", "none"));
  MMDEPLOY_TRY(const int64_t axis, BlobAxis(x, node.Int("axis", 0)));
  const size_t inputs = node.op() == "GatherElements" ? 2 : 3;
  std::vector<std::string> blobs;
  for (size_t i = 0; i < inputs; ++i) {
    const Value* value = node.input(i);
    MMDEPLOY_ENSURE(value && value->type.dims, Code::kOutOfRange, "an input is left out");
    MMDEPLOY_ENSURE(
        value->type.dims->size() == x.type.dims->size() && (!DropsBatch(x) || DropsBatch(*value)),
        Code::kOutOfRange, "'{}' is {} and '{}' {}", x.name(), Name(x.type), value->name(),
        Name(value->type));
    blobs.push_back(emitter->ReadAs(node, value, BlobRank(x)));
  }
  const std::string_view type = inputs == 2 ? "GatherElements" : "ScatterElements";
  emitter->Add(type, node, std::move(blobs))->Set(0, axis);
  return {};
}

}  // namespace

std::vector<Converter> elements_converters() {
  return {
      {"GatherElements", ConvertElements, 2, {"axis"}},
      {"Scatter", ConvertElements, 3, {"axis"}},
      {"ScatterElements", ConvertElements, 3, {"axis", "reduction"}},
  };
}

}  // namespace mmdeploy::ncnn_convert
