#pragma once

#include "mmdeploy/op/op.h"

namespace mmdeploy::op::instance_norm {

// Normalises one channel of one image: `count` numbers, at least one.
using NormalizeFunction = void (*)(const float* x, int64_t count, float scale, float bias,
                                   float epsilon, float* y);

void Normalize(const float* x, int64_t count, float scale, float bias, float epsilon, float* y);

Result<void> RunCuda(const Attributes& attributes, OpContext& context);

}  // namespace mmdeploy::op::instance_norm
