#include "mmdeploy/graph/infer/rules.h"

#include <algorithm>
#include <string>
#include <unordered_map>
#include <vector>

#include "mmdeploy/graph/infer.h"
#include "mmdeploy/op/op.h"

namespace mmdeploy::graph {

namespace {

using RuleMap = std::unordered_map<std::string_view, std::vector<const InferRule*>>;

RuleMap MakeRules() {
  RuleMap map;
  for (Span<const InferRule> family :
       {ControlRules(), ConvRules(), ElementwiseRules(), GatherRules(), GenerateRules(),
        MatmulRules(), MmdeployRules(), NormalizeRules(), PoolRules(), RecurrentRules(),
        ReduceRules(), ReshapeRules(), ResizeRules(), SequenceRules(), SliceRules()}) {
    for (const InferRule& rule : family) map[rule.op].push_back(&rule);
  }
  return map;
}

const RuleMap& Rules() {
  static const RuleMap rules = MakeRules();
  return rules;
}

}  // namespace

const InferRule* FindInferRule(std::string_view domain, std::string_view op) {
  if (op::FindOp(domain, op)) return &CustomOpRule();
  auto found = Rules().find(op);
  if (found == Rules().end()) return nullptr;
  for (const InferRule* rule : found->second) {
    if (rule->domain == domain) return rule;
  }
  return nullptr;
}

std::vector<std::string> OperatorsWithRule() {
  std::vector<std::string> names;
  for (const auto& [op, rules] : Rules()) {
    if (FindInferRule("", op)) names.emplace_back(op);
  }
  std::sort(names.begin(), names.end());
  return names;
}

Result<void> InferSameType(InferContext& c) {
  c.SetType(0, c.type(0));
  return {};
}

}  // namespace mmdeploy::graph
