#include "mmdeploy/op/grid_sampler/grid_sampler.h"

namespace mmdeploy::op::grid_sampler {

Result<void> Run(const Attributes& attributes, OpContext& context) {
  return Reference(attributes, context);
}

}  // namespace mmdeploy::op::grid_sampler
