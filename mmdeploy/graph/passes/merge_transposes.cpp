#include <numeric>

#include "mmdeploy/graph/match.h"
#include "mmdeploy/graph/passes/facts.h"
#include "mmdeploy/graph/passes/pass.h"

// Transposes once:
//
//   a = Transpose<perm=[0,2,1]>(x)       y = Transpose<perm=[1,0,2]>(x)
//   y = Transpose<perm=[2,0,1]>(a)
//
// What together changes nothing goes (remove_identity), unless it serves an output.

namespace mmdeploy::graph {

namespace {

bool Merge(const Match& match) {
  const std::vector<int64_t> first = match.node("a")->Ints("perm");
  const std::vector<int64_t> second = match.root()->Ints("perm");
  if (first.empty() || first.size() != second.size()) return false;
  std::vector<int64_t> both;
  for (int64_t axis : second) {
    if (axis < 0 || axis >= static_cast<int64_t>(first.size())) return false;
    both.push_back(first[static_cast<size_t>(axis)]);
  }
  match.root()->Set("perm", std::move(both));
  match.root()->SetInput(0, match["x"]);
  return true;
}

Result<int64_t> Run(Model* model) {
  return Rewrite(model, {{"shared a = Transpose(x)  y = Transpose(a)", Merge}});
}

}  // namespace

Pass merge_transposes_pass() { return {"merge_transposes", "transpose once", Run}; }

}  // namespace mmdeploy::graph
