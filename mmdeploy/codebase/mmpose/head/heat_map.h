#pragma once

#include "mmdeploy/base/geometry.h"

namespace mmdeploy {

// A heat map [height,width] in memory of the caller's.
struct HeatMap {
  const float* data = nullptr;
  int height = 0, width = 0;

  float At(int x, int y) const { return data[y * width + x]; }
  int size() const { return height * width; }
};

// The first of the largest values.
struct Peak {
  int x = -1, y = -1;  // -1 without a positive value
  float value = 0;

  bool found() const { return x >= 0; }
  Point place() const { return {static_cast<float>(x), static_cast<float>(y)}; }
};

}  // namespace mmdeploy
