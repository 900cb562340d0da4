#include "mmdeploy/op/modulated_deform_conv/modulated_deform_conv.h"

namespace mmdeploy::op::modulated_deform_conv {

Result<void> Reference(const Attributes& attributes, OpContext& context) {
  return deform_conv::Reference(ToProblem(attributes, context), context);
}

}  // namespace mmdeploy::op::modulated_deform_conv
