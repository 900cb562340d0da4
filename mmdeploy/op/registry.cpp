#include "mmdeploy/op/op.h"

namespace mmdeploy::op {

#define MMDEPLOY_OP(name) std::vector<OpDef> name##_ops();
#include "mmdeploy/op/op_list.inc"
#undef MMDEPLOY_OP

const std::vector<OpDef>& Ops() {
  static const auto* ops = [] {
    auto* all = new std::vector<OpDef>;
#define MMDEPLOY_OP(name) \
  for (auto& op : name##_ops()) all->push_back(std::move(op));
#include "mmdeploy/op/op_list.inc"
#undef MMDEPLOY_OP
    return all;
  }();
  return *ops;
}

const OpDef* FindOp(std::string_view domain, std::string_view type) {
  for (const auto& op : Ops()) {
    for (const auto& name : op.names) {
      if (name.domain == domain && name.type == type) return &op;
    }
  }
  return nullptr;
}

}  // namespace mmdeploy::op
