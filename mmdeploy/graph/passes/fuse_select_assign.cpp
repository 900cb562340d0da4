#include "mmdeploy/graph/match.h"
#include "mmdeploy/graph/passes/facts.h"
#include "mmdeploy/graph/passes/pass.h"

// `y[mask] = z[mask]` is a choice by element:
//
//   n = NonZero(mask)                    out = Where(mask, z, y)
//   i = Transpose<perm=[1,0]>(n)
//   u = GatherND(z, i)
//   out = ScatterND(y, i, u)
//
// where mask, y and z surely have the same dimensions. Exporters may compute the indices twice and
// cut u to the number of indices.

namespace mmdeploy::graph {

namespace {

constexpr std::string_view kSameIndices = R"(
  shared n = NonZero(Expand?(mask, ...))
  shared i = Transpose<perm=[1,0]>(n)
  r = Reshape?(GatherND<batch_dims=0?>(z, i), [-1])
  s = Slice?(r, [0], Unsqueeze?(Gather<axis=0?>(Shape(i), const at), ...), ...)
  out = ScatterND<reduction="none"?>(y, i, s)
)";

constexpr std::string_view kIndicesTwice = R"(
  shared n = NonZero(mask)
  shared j = Transpose<perm=[1,0]>(n)
  shared m = NonZero(Expand?(mask, ...))
  shared i = Transpose<perm=[1,0]>(m)
  r = Reshape?(GatherND<batch_dims=0?>(z, j), [-1])
  s = Slice?(r, [0], Unsqueeze?(Gather<axis=0?>(Shape(i), const at), ...), ...)
  out = ScatterND<reduction="none"?>(y, i, s)
)";

bool Fuse(const Match& match) {
  Value* mask = match["mask"];
  Value* z = match["z"];
  Value* y = match["y"];
  if (mask->type.element != ElementType::kBool || !SameDims(mask, y) || !SameDims(z, y)) {
    return false;
  }
  if (match["at"] && ConstantInts(match["at"])->front() != 0) return false;
  if (const Node* slice = match.node("s")) {  // along the only axis, forwards
    if (slice->input(3) && !IsFilledWith(slice->input(3), 0)) return false;
    if (slice->input(4) && !IsFilledWith(slice->input(4), 1)) return false;
  }
  Value* out = match["out"];
  Value* chosen = match.graph()->AddOp("Where", {mask, z, y}, match.root(), out->name());
  chosen->type = out->type;
  Replace(match, chosen);
  return true;
}

Result<int64_t> Run(Model* model) {
  if (model->opset() < 11) return 0;
  return Rewrite(model, {{kSameIndices, Fuse}, {kIndicesTwice, Fuse}});
}

}  // namespace

Pass fuse_select_assign_pass() {
  return {"fuse_select_assign", "Where for y[mask] = z[mask]", Run};
}

}  // namespace mmdeploy::graph
