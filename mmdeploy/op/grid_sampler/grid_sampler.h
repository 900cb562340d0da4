#pragma once

#include <array>

#include "mmdeploy/op/op.h"

namespace mmdeploy::op::grid_sampler {

enum class Interpolation { kLinear, kNearest, kCubic };
enum class Padding { kZeros, kBorder, kReflection };

struct Options {
  Interpolation interpolation;
  Padding padding;
  bool align_corners;

  explicit Options(const Attributes& attributes);
};

// Of one call. An image is a volume of depth 1 whose places have no z.
struct Sizes {
  int64_t batch, channels;
  std::array<int64_t, 3> input;  // width, height, depth: in the order of a place
  int64_t axes;                  // 2 or 3, numbers of a place
  int64_t places;                // of one image or volume

  Sizes(const Tensor& input, const Tensor& grid);
  int64_t pixels() const { return input[0] * input[1] * input[2]; }
};

// Mirrors x at low and high until it lies between them.
float Reflect(float x, float low, float high);

Result<void> Reference(const Attributes& attributes, OpContext& context);
Result<void> Run(const Attributes& attributes, OpContext& context);
Result<void> RunCuda(const Attributes& attributes, OpContext& context);

}  // namespace mmdeploy::op::grid_sampler
