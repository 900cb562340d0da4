#include "mmdeploy/graph/passes/facts.h"
#include "mmdeploy/graph/passes/pass.h"
#include "mmdeploy/graph/patterns.h"

// Gelu, in the ways exporters spell it:
//
//   a = Div(x, {1.4142135})              y = Gelu(x)
//   b = Erf(a)
//   c = Add(b, {1})
//   d = Mul(x, c)
//   y = Mul(d, {0.5})
//
// Operator set 20 and newer, which has Gelu.

namespace mmdeploy::graph {

namespace {

bool Fuse(const Match& match, bool tanh) {
  if (!IsCommonFloat(match["x"])) return false;
  Value* y = match["y"];
  Value* gelu = match.graph()->AddOp("Gelu", {match["x"]}, match.root(), y->name());
  if (tanh) gelu->producer()->Set("approximate", std::string("tanh"));
  gelu->type = y->type;
  Replace(match, gelu);
  return true;
}

Result<int64_t> Run(Model* model) {
  if (model->opset() < 20) return 0;
  return RewriteGelus(model, Fuse);
}

}  // namespace

Pass fuse_gelu_pass() { return {"fuse_gelu", "Gelu for its parts, from operator set 20", Run}; }

}  // namespace mmdeploy::graph
