// my_add/ops.cpp
#include "mmdeploy/op/op.h"

namespace mmdeploy::op {

std::vector<OpDef> my_add_ops();

const std::vector<OpDef>& Ops() {
  static const auto* ops = new std::vector<OpDef>(my_add_ops());
  return *ops;
}

}  // namespace mmdeploy::op
