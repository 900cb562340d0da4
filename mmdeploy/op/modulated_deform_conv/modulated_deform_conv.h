#pragma once

#include "mmdeploy/op/deform_conv/deform_conv.h"

namespace mmdeploy::op::modulated_deform_conv {

// The call of deform_conv that does it.
deform_conv::Problem ToProblem(const Attributes& attributes, const OpContext& context);

Result<void> Reference(const Attributes& attributes, OpContext& context);
Result<void> Run(const Attributes& attributes, OpContext& context);

}  // namespace mmdeploy::op::modulated_deform_conv
