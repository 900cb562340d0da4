#include "mmdeploy/op/cuda/cuda.h"

namespace mmdeploy::op::grid_priors {
Result<void> RunCuda(const Attributes& attributes, OpContext& context) {
  const float* anchors = context.input(0).data<float>();
  const int64_t count = context.input(0).shape()[0], width = context.input(2).shape()[0];
  const auto stride_h = static_cast<float>(attributes.Int("stride_h"));
  const auto stride_w = static_cast<float>(attributes.Int("stride_w"));
  MMDEPLOY_TRY(auto output, context.Output(0));
  float* out = output.data<float>();
  return cuda::ForEach(context, output.num_elements(), [=] __device__(int64_t i) {
    const int64_t cell = i / (4 * count);
    const auto x = static_cast<float>(cell % width), y = static_cast<float>(cell / width);
    out[i] = anchors[i % (4 * count)] + (i % 2 ? y * stride_h : x * stride_w);
  });
}

}  // namespace mmdeploy::op::grid_priors
