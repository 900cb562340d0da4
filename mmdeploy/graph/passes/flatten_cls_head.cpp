#include "mmdeploy/graph/match.h"
#include "mmdeploy/graph/passes/facts.h"
#include "mmdeploy/graph/passes/pass.h"
#include "mmdeploy/graph/passes/shape_value.h"

// The head of classifiers flattens what was pooled:
//
//   p = GlobalAveragePool(x)             p = GlobalAveragePool(x)
//   s = Shape(p)                         y = Flatten<axis=1>(p)
//   n = Gather(s, {0})                   z = Relu(y)
//   t = Concat<axis=0>(n, {-1})
//   y = Reshape(p, t)
//   z = Relu(y)
//
// Stays: a Reshape that is an output of its graph.

namespace mmdeploy::graph {

namespace {

bool IsNumber(const ShapeElement& element, int64_t number) {
  return element.kind == ShapeElement::kNumber && element.number == number;
}

bool Flattens(const Match& match) {
  Value* pooled = match["p"];
  const Node* reshape = match.root();
  if (reshape->output()->is_output() || !Rank(pooled) || *Rank(pooled) < 3) return false;
  const auto elements = ShapeElements(reshape->input(1));
  if (!elements || elements->size() != 2) return false;
  const ShapeElement& batch = (*elements)[0];
  const ShapeElement& channels = (*elements)[1];
  const bool keeps_batch = batch == ShapeElement::DimOf(pooled, 0) ||
                           batch == ShapeElement::DimOf(match["x"], 0) || IsNumber(batch, 0);
  const bool keeps_channels =
      channels == ShapeElement::DimOf(pooled, 1) || IsNumber(channels, -1) || IsNumber(channels, 0);
  const bool infers_batch = IsNumber(batch, -1) && !IsNumber(channels, -1) && keeps_channels;
  return (keeps_batch || infers_batch) && keeps_channels;
}

bool Rewrite(const Match& match) {
  if (!Flattens(match)) return false;
  Value* y = match["y"];
  Value* flat = match.graph()->AddOp("Flatten", {match["p"]}, match.root(), y->name());
  flat->producer()->Set("axis", int64_t{1});
  flat->type = y->type;
  Replace(match, flat);
  return true;
}

Result<int64_t> Run(Model* model) {
  return graph::Rewrite(
      model, {{"shared p = GlobalAveragePool(x)  y = Reshape<allowzero=0?>(p, _)", Rewrite}});
}

}  // namespace

Pass flatten_cls_head_pass() {
  return {"flatten_cls_head", "Flatten after GlobalAveragePool instead of a computed Reshape", Run};
}

}  // namespace mmdeploy::graph
