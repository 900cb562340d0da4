#include <algorithm>

#include "mmdeploy/graph/match.h"
#include "mmdeploy/graph/passes/facts.h"
#include "mmdeploy/graph/passes/pass.h"

// Reshapes once; all that matters is the last shape:
//
//   a = Reshape(x, {2,-1})               y = Reshape(x, {4,-1})
//   y = Reshape(a, {4,-1})
//
//   a = Unsqueeze(x, {1})                y = Relu(x)
//   b = Squeeze(a, {1})
//   y = Relu(b)
//
// Stays: a last shape with 0, which copies a size of the first, and a first one with other users.

namespace mmdeploy::graph {

namespace {

bool SkipFirst(const Match& match) {
  const Node* last = match.root();
  const auto shape = ConstantInts(last->input(1));
  Value* x = match["x"];
  for (size_t i = 0; i < shape->size(); ++i) {
    if ((*shape)[i] != 0) continue;
    // A copy is the same copy where the first leaves the dimension as it is.
    const Value* first = match["a"];
    if (last->Int("allowzero", 0) != 0 || !first->type.dims || !x->type.dims) return false;
    if (i >= first->type.dims->size() || i >= x->type.dims->size()) return false;
    if ((*first->type.dims)[i] != (*x->type.dims)[i]) return false;
  }
  Value* y = last->output();
  Value* merged = last->graph()->AddOp("Reshape", {x, last->input(1)}, match.root(), y->name());
  merged->type = y->type;
  if (last->Int("allowzero", 0) != 0) merged->producer()->Set("allowzero", int64_t{1});
  Replace(match, merged);
  return true;
}

bool RemovePair(const Match& match) {
  const auto first = IntsOf(*match.node("a"), "axes", 1);
  const auto second = IntsOf(*match.node("y"), "axes", 1);
  if (!first || first != second || !CanServeUses(match["y"], match["x"])) return false;
  Replace(match, match["x"]);
  return true;
}

Result<int64_t> Run(Model* model) {
  return Rewrite(model, {
                            {"a = Reshape|Flatten|Squeeze|Unsqueeze(x, ...)"
                             "y = Reshape<allowzero=0?>(a, const shape)",
                             SkipFirst},
                            {"shared a = Unsqueeze(x, ...)  y = Squeeze(a, ...)", RemovePair},
                            {"shared a = Squeeze(x, ...)  y = Unsqueeze(a, ...)", RemovePair},
                        });
}

}  // namespace

Pass merge_reshapes_pass() {
  return {"merge_reshapes", "reshape once, and remove Unsqueeze with Squeeze of the same axes",
          Run};
}

}  // namespace mmdeploy::graph
