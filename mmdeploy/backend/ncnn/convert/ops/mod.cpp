#include "mmdeploy/backend/ncnn/convert/ops/converter.h"

// Remainders, by a layer of ours: that of ncnn rounds the quotient first.

namespace mmdeploy::ncnn_convert {

using graph::ElementType;
using graph::Node;

namespace {

Result<void> ConvertMod(const Node& node, Emitter* emitter) {
  MMDEPLOY_ENSURE(node.num_inputs() == 2 && node.input(1), Code::kOutOfRange, "it has no divisor");
  const bool fmod = node.Int("fmod", 0) != 0;
  const ElementType type = node.output()->type.element;
  const bool real = type == ElementType::kFloat32 || type == ElementType::kFloat16 ||
                    type == ElementType::kFloat64 || type == ElementType::kBfloat16;
  MMDEPLOY_ENSURE(fmod || !real, Code::kOutOfRange, "real numbers need fmod=1");
  const size_t rank = BlobRank(*node.output());
  emitter
      ->Add(
          "Mod", node,
          {emitter->ReadAs(node, node.input(0), rank), emitter->ReadAs(node, node.input(1), rank)})
      ->Set(0, int64_t{fmod});
  return {};
}

}  // namespace

std::vector<Converter> mod_converters() { return {{"Mod", ConvertMod, 2, {"fmod"}}}; }

}  // namespace mmdeploy::ncnn_convert
