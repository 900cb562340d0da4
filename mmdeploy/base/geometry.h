#pragma once

#include <array>

namespace mmdeploy {

// [left, top, right, bottom] in pixels of the image they belong to.
struct Rect {
  float left = 0, top = 0, right = 0, bottom = 0;
};

// In pixels of the image it belongs to.
struct Point {
  float x = 0, y = 0;
};

// A box turned around its centre: centre x, centre y, width, height in pixels, angle in radians.
using RotatedBox = std::array<float, 5>;

// Four corners, in the order in which they were found.
using Quad = std::array<Point, 4>;

}  // namespace mmdeploy
