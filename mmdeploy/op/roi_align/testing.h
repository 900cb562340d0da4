#pragma once

#include <limits>
#include <vector>

#include "mmdeploy/op/testing.h"

// Regions for tests of the operators that pool them.

namespace mmdeploy::op::testing {

// [count, 5] of image, x1, y1, x2, y2; corners around 0 to `extent`, sides up to `max_side`.
inline Tensor RandomBoxes(int64_t count, int64_t images, float extent, float max_side = 0) {
  if (max_side == 0) max_side = extent;
  Tensor boxes = Random({count, 5}, 0, 1, 7);
  for (int64_t i = 0; i < count; ++i) {
    float* box = boxes.data<float>() + 5 * i;
    box[0] = static_cast<float>(i % images);
    for (int k = 1; k < 3; ++k) {
      box[k] = box[k] * extent * 1.2f - 0.1f * extent;
      box[k + 2] = box[k] + box[k + 2] * max_side;
    }
  }
  return boxes;
}

// [count, 6] of image, cx, cy, w, h, angle.
inline Tensor RandomRotatedBoxes(int64_t count, int64_t images, float extent) {
  Tensor boxes = Random({count, 6}, 0, extent, 8);
  for (int64_t i = 0; i < count; ++i) {
    boxes.data<float>()[6 * i] = static_cast<float>(i % images);
    boxes.data<float>()[6 * i + 5] = static_cast<float>(i) * 0.7f - 3;
  }
  return boxes;
}

// Boxes [n, 5] in image 0 that are far outside, huge, inverted, empty or no numbers.
inline Tensor StrangeBoxes() {
  constexpr float kInf = std::numeric_limits<float>::infinity();
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  const std::vector<float> boxes{
      0,    100, 100,  110,  120,  0,    -50, -50, -30, -20,  0, 5, 5, 2,     2, 0,      3, 3,    3,
      3,    0,   kNan, 0,    4,    4,    0,   0,   0,   kInf, 4, 0, 0, -kInf, 4, kInf,   0, 1e9f, 0,
      3e9f, 4,   0,    -700, -700, 1000, 900, 0,   -2,  -2,   0, 0, 0, 1e30f, 0, -1e30f, 1};
  return Filled<float>({static_cast<int64_t>(boxes.size()) / 5, 5}, boxes);
}

// The same numbers with an angle.
inline Tensor StrangeRotatedBoxes() {
  const Tensor boxes = StrangeBoxes();
  const int64_t count = boxes.shape()[0];
  std::vector<float> rotated;
  for (int64_t i = 0; i < count; ++i) {
    const float* box = boxes.data<float>() + 5 * i;
    rotated.insert(rotated.end(), box, box + 5);
    rotated.push_back(i == 2 ? std::numeric_limits<float>::quiet_NaN() : 0.5f);
  }
  return Filled<float>({count, 6}, rotated);
}

}  // namespace mmdeploy::op::testing
