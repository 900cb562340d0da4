#include "mmdeploy/graph/match.h"
#include "mmdeploy/graph/passes/facts.h"
#include "mmdeploy/graph/passes/pass.h"

// HardSigmoid and HardSwish for their parts:
//
//   a = Add(x, {3})                      y = HardSwish(x)
//   b = Clip(a, {0}, {6})
//   c = Mul(x, b)
//   y = Div(c, {6})
//
// HardSwish from operator set 14; before, HardSigmoid<alpha=1/6, beta=0.5> and Mul.

namespace mmdeploy::graph {

namespace {

Value* AddHardSigmoid(const Match& match, std::string_view like) {
  Value* value = match.graph()->AddOp("HardSigmoid", {match["x"]}, match.root(), like);
  value->producer()->Set("alpha", 1.0F / 6);
  value->producer()->Set("beta", 0.5F);
  value->type = match["x"]->type;
  return value;
}

bool ToHardSigmoid(const Match& match) {
  if (!IsCommonFloat(match["x"])) return false;
  Replace(match, AddHardSigmoid(match, match["y"]->name()));
  return true;
}

bool ToHardSwish(const Match& match) {
  if (!IsCommonFloat(match["x"])) return false;
  Graph* graph = match.graph();
  const std::string& like = match["y"]->name();
  Value* y = nullptr;
  if (graph->model()->opset() >= 14) {
    y = graph->AddOp("HardSwish", {match["x"]}, match.root(), like);
  } else {
    Value* gate = AddHardSigmoid(match, like + "_gate");
    y = graph->AddOp("Mul", {match["x"], gate}, match.root(), like);
  }
  y->type = match["y"]->type;
  Replace(match, y);
  return true;
}

Result<int64_t> Run(Model* model) {
  std::vector<Rule> rules = {
      {"b = Clip(Add(x, 3), 0, 6)  y = Div(Mul(x, b), 6)", ToHardSwish},
      {"b = Clip(Add(x, 3), 0, 6)  y = Mul(Mul(x, b), 0.16666667)", ToHardSwish},
      {"b = Clip(Add(x, 3), 0, 6)  y = Mul(x, Div(b, 6))", ToHardSwish},
      {"y = Div(Clip(Add(x, 3), 0, 6), 6)", ToHardSigmoid},
      {"y = Mul(Clip(Add(x, 3), 0, 6), 0.16666667)", ToHardSigmoid},
  };
  if (model->opset() >= 14) {
    rules.push_back({"y = Mul(x, HardSigmoid<alpha=0.16666667, beta=0.5?>(x))", ToHardSwish});
  }
  return Rewrite(model, rules);
}

}  // namespace

Pass fuse_hard_swish_pass() {
  return {"fuse_hard_swish", "HardSwish and HardSigmoid for their parts", Run};
}

}  // namespace mmdeploy::graph
