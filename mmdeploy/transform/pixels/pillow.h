#pragma once

#include <cstdint>
#include <vector>

#include "mmdeploy/transform/pixels/resample.h"

namespace mmdeploy {

// The weights of Pillow's 8-bit resampling along one axis, for a range of output pixels. Output
// pixel i is (2^21 + sum over k < count[i] of weight(i)[k] * input[first[i] + k]) >> 22, clamped.
// When scaling down the filter is as much wider as the image gets smaller (antialiasing).
struct PillowAxis {
  static constexpr int kPrecisionBits = 22;

  std::vector<int> first;
  std::vector<int> count;
  std::vector<int32_t> weights;  // `taps` per output pixel, those beyond `count` are 0
  int taps = 0;

  const int32_t* weight(size_t i) const { return weights.data() + i * static_cast<size_t>(taps); }
};

// Weights of the output pixels begin .. begin + size of an axis scaled from `in_size` to
// `out_size`; not for kNearest.
PillowAxis MakePillowAxis(int in_size, int out_size, Interpolation interpolation, int begin,
                          int size);

// The input pixel that each output pixel begin .. begin + size copies in nearest mode.
std::vector<int> MakePillowNearest(int in_size, int out_size, int begin, int size);

// Scales an image of uint8, horizontally and then vertically. This is the plain definition;
// transform/fused has the fast one.
Result<Tensor> PillowResize(const Tensor& img, int height, int width, Interpolation interpolation,
                            const TransformContext& context);

}  // namespace mmdeploy
