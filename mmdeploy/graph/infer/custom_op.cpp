// Custom operators of mmdeploy: their own shape rules.

#include "mmdeploy/graph/custom_op.h"
#include "mmdeploy/graph/infer/rules.h"

namespace mmdeploy::graph {
namespace {

std::optional<Shape> KnownShape(const OptionalDims& dims) {
  if (!dims || dims->size() > Shape::kMaxRank) return std::nullopt;
  std::vector<int64_t> shape;
  for (const Dim& dim : *dims) shape.push_back(dim.is_known() ? dim.value() : Shape::kDynamic);
  return Shape(shape);
}

Dims ToDims(const Shape& shape) {
  Dims dims;
  for (const int64_t dim : shape) dims.push_back(dim < 0 ? Dim() : Dim(dim));
  return dims;
}

Result<void> InferCustomOp(InferContext& c) {
  const op::OpDef& op = *FindCustomOp(c.node());
  MMDEPLOY_TRY(const auto attributes, AttributesOf(c.node(), op));
  std::vector<std::optional<Shape>> shapes;
  for (size_t i = 0; i < c.num_inputs(); ++i) {
    if (!op::FindInput(op, i)) return c.Fail("has {} inputs", c.num_inputs());
    shapes.push_back(KnownShape(c.dims(i)));
  }
  MMDEPLOY_TRY(const auto outputs, op::InferShapes(op, attributes, shapes));
  for (size_t i = 0; i < outputs.size() && i < c.node().num_outputs(); ++i) {
    const int source = op.outputs[i].same_dtype_as;
    const auto element =
        source < 0 ? FromDataType(op.outputs[i].dtype) : c.element(static_cast<size_t>(source));
    c.Set(i, element, ToDims(outputs[i]));
  }
  return {};
}

}  // namespace

const InferRule& CustomOpRule() {
  static const InferRule rule{"", 1, kVariadic, kAnything, InferCustomOp};
  return rule;
}

}  // namespace mmdeploy::graph
