#include <algorithm>

#include "mmdeploy/backend/ncnn/convert/fuse/replace.h"
#include "mmdeploy/backend/ncnn/convert/layout.h"

// One index of a transposed value is taken before the Transpose, which then has one axis less. So
// do attentions take query, key and value out of one value of five dimensions:
//
//   t = Transpose<perm=[2,0,3,1,4]>(x)   g = Gather<axis=2>(x, {0})
//   y = Gather<axis=0>(t, {0})           y = Transpose<perm=[0,2,1,3]>(g)

namespace mmdeploy::ncnn_convert {

using graph::Dims;
using graph::Match;
using graph::Value;

namespace {

bool Exchange(const Match& match) {
  Value* x = match["x"];
  const Value* index = match["i"];
  const std::vector<int64_t> perm = match.node("t")->Ints("perm");
  if (!x->type.dims || x->type.dims->size() != perm.size() || !index->constant()) return false;
  if (index->constant()->rank() != 0 || perm.size() < 2) return false;
  const auto axis = PositiveAxis(*match["t"], match.root()->Int("axis", 0));
  if (!axis) return false;
  const int64_t taken = perm[*axis];
  if (taken < 0 || taken >= static_cast<int64_t>(perm.size())) return false;
  std::vector<int64_t> rest;
  for (int64_t p : perm) {
    if (p != taken) rest.push_back(p > taken ? p - 1 : p);
  }
  if (rest.size() + 1 != perm.size()) return false;
  Value* gather = match.graph()->AddOp("Gather", {x, match["i"]}, match.root(), match["y"]->name());
  gather->producer()->Set("axis", taken);
  gather->type.element = x->type.element;
  Dims dims = *x->type.dims;
  dims.erase(dims.begin() + taken);
  gather->type.dims = std::move(dims);
  Value* y = match.graph()->AddOp("Transpose", {gather}, match.root(), match["y"]->name());
  y->producer()->Set("perm", std::move(rest));
  y->type = match["y"]->type;
  Replace(match, y);
  return true;
}

}  // namespace

Result<int64_t> fuse_gather_transpose(graph::Model* model) {
  return Rewrite(model, {{"shared t = Transpose(x)  y = Gather(t, const i)", Exchange}});
}

}  // namespace mmdeploy::ncnn_convert
