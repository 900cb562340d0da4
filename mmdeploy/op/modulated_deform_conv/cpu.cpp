#include "mmdeploy/op/modulated_deform_conv/modulated_deform_conv.h"

namespace mmdeploy::op::modulated_deform_conv {

Result<void> Run(const Attributes& attributes, OpContext& context) {
  return deform_conv::Run(ToProblem(attributes, context), context);
}

}  // namespace mmdeploy::op::modulated_deform_conv
