#include "mmdeploy/graph/match.h"
#include "mmdeploy/graph/passes/facts.h"
#include "mmdeploy/graph/passes/pass.h"

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

bool FuseAs(const Match& match, std::string_view approximate) {
  if (!IsCommonFloat(match["x"])) return false;
  Value* y = match["y"];
  Value* gelu = match.graph()->AddOp("Gelu", {match["x"]}, match.root(), y->name());
  if (approximate != "none") gelu->producer()->Set("approximate", std::string(approximate));
  gelu->type = y->type;
  Replace(match, gelu);
  return true;
}

bool Exact(const Match& match) { return FuseAs(match, "none"); }
bool Tanh(const Match& match) { return FuseAs(match, "tanh"); }

// How x is divided by sqrt(2), and where the half stands.
constexpr std::string_view kExact[] = {
    "e = Add(Erf(Div(x, 1.41421356)), 1)  y = Mul(Mul(x, e), 0.5)",
    "e = Add(Erf(Div(x, 1.41421356)), 1)  y = Mul(Mul(x, 0.5), e)",
    "e = Add(Erf(Div(x, 1.41421356)), 1)  y = Mul(x, Mul(e, 0.5))",
    "e = Add(Erf(Mul(x, 0.70710678)), 1)  y = Mul(Mul(x, e), 0.5)",
    "e = Add(Erf(Mul(x, 0.70710678)), 1)  y = Mul(Mul(x, 0.5), e)",
    "e = Add(Erf(Mul(x, 0.70710678)), 1)  y = Mul(x, Mul(e, 0.5))",
};

constexpr std::string_view kTanh[] = {
    R"(i = Mul(Add(x, Mul(Pow(x, 3), 0.044715)), 0.79788456)
       y = Mul(Mul(x, 0.5), Add(Tanh(i), 1)))",
    R"(i = Mul(Add(x, Mul(Pow(x, 3), 0.044715)), 0.79788456)
       y = Mul(Mul(x, Add(Tanh(i), 1)), 0.5))",
};

Result<int64_t> Run(Model* model) {
  if (model->opset() < 20) return 0;
  std::vector<Rule> rules;
  for (std::string_view pattern : kExact) rules.push_back({pattern, Exact});
  for (std::string_view pattern : kTanh) rules.push_back({pattern, Tanh});
  return Rewrite(model, rules);
}

}  // namespace

Pass fuse_gelu_pass() { return {"fuse_gelu", "Gelu for its parts, from operator set 20", Run}; }

}  // namespace mmdeploy::graph
