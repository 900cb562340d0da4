#include "mmdeploy/graph/match.h"
#include "mmdeploy/graph/passes/facts.h"
#include "mmdeploy/graph/passes/pass.h"

// Gemm for a product of matrices with a bias:
//
//   (float[N,8] x, float[8,4] w)         y = Gemm(x, w, {4})
//   a = MatMul(x, w)
//   y = Add(a, {4})
//
// Two dimensions, floating point, and a bias that surely broadcasts into the product.

namespace mmdeploy::graph {

namespace {

bool Fuse(const Match& match) {
  Value* product = match["a"];
  Value* bias = match["c"];
  if (Rank(match["x"]) != 2 || Rank(match["w"]) != 2 || !IsFloat(match["x"])) return false;
  if (!SameElement(match["x"], match["w"]) || !SameElement(match["x"], bias)) return false;
  if (!BroadcastsInto(bias, product)) return false;
  Value* y = match["y"];
  Value* gemm =
      match.graph()->AddOp("Gemm", {match["x"], match["w"], bias}, match.root(), y->name());
  gemm->type = y->type;
  Replace(match, gemm);
  return true;
}

Result<int64_t> Run(Model* model) {
  if (model->opset() < 7) return 0;
  return Rewrite(model, {{"a = MatMul(x, w)  y = Add(a, c)", Fuse}});
}

}  // namespace

Pass fuse_matmul_add_pass() {
  return {"fuse_matmul_add", "Gemm for MatMul and Add in two dimensions", Run};
}

}  // namespace mmdeploy::graph
