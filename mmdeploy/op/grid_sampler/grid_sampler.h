#pragma once

#include "mmdeploy/op/op.h"

namespace mmdeploy::op::grid_sampler {

enum class Interpolation { kBilinear, kNearest, kBicubic };
enum class Padding { kZeros, kBorder, kReflection };

struct Options {
  Interpolation interpolation;
  Padding padding;
  bool align_corners;

  explicit Options(const Attributes& attributes);
};

Result<void> Reference(const Attributes& attributes, OpContext& context);
Result<void> Run(const Attributes& attributes, OpContext& context);

}  // namespace mmdeploy::op::grid_sampler
