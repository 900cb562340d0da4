#pragma once

#include <cmath>

#include "mmdeploy/op/cuda/host_device.h"

// Whether two rotated boxes overlap too much; for the processor and for CUDA.

namespace mmdeploy::op::nms {

// A rotated box, ready to be clipped.
struct Rotated {
  double x, y, cos, sin, half_width, half_height, area;

  MMDEPLOY_HOST_DEVICE explicit Rotated(const float* box)
      : x(box[0]),
        y(box[1]),
        cos(::cos(static_cast<double>(box[4]))),
        sin(::sin(static_cast<double>(box[4]))),
        half_width(::fabs(static_cast<double>(box[2])) / 2),
        half_height(::fabs(static_cast<double>(box[3])) / 2),
        area(static_cast<double>(box[2]) * box[3]) {}
};

struct Point {
  double x, y;
};

// A convex polygon of up to 8 corners: four, and one more for each side that cuts one off.
struct Polygon {
  Point points[8];
  int count = 0;

  MMDEPLOY_HOST_DEVICE void Add(double x, double y) { points[count++] = {x, y}; }

  // What lies where sign * (x or y) <= limit.
  template <bool kAlongX>
  MMDEPLOY_HOST_DEVICE Polygon Clipped(double sign, double limit) const {
    Polygon clipped;
    const auto depth = [&](const Point& p) { return limit - sign * (kAlongX ? p.x : p.y); };
    for (int i = 0; i < count; ++i) {
      const Point& p = points[i];
      const Point& q = points[i + 1 == count ? 0 : i + 1];
      const double depth_p = depth(p), depth_q = depth(q);
      if (depth_p >= 0) clipped.Add(p.x, p.y);
      if ((depth_p > 0 && depth_q < 0) || (depth_p < 0 && depth_q > 0)) {
        const double t = depth_p / (depth_p - depth_q);
        clipped.Add(p.x + t * (q.x - p.x), p.y + t * (q.y - p.y));
      }
    }
    return clipped;
  }

  MMDEPLOY_HOST_DEVICE double Area() const {
    double twice = 0;
    for (int i = 0; i < count; ++i) {
      const Point& p = points[i];
      const Point& q = points[i + 1 == count ? 0 : i + 1];
      twice += p.x * q.y - p.y * q.x;
    }
    return twice / 2;
  }
};

// Seen from a, whose sides are then parallel to the axes.
MMDEPLOY_HOST_DEVICE inline bool OverlapExceeds(const Rotated& a, const Rotated& b,
                                                double threshold) {
  const double dx = b.x - a.x, dy = b.y - a.y;
  const double x = dx * a.cos + dy * a.sin, y = dy * a.cos - dx * a.sin;
  const double cos = a.cos * b.cos + a.sin * b.sin, sin = a.cos * b.sin - a.sin * b.cos;
  const double ux = cos * b.half_width, uy = sin * b.half_width;
  const double vx = -sin * b.half_height, vy = cos * b.half_height;
  Polygon polygon;
  polygon.Add(x - ux - vx, y - uy - vy);
  polygon.Add(x + ux - vx, y + uy - vy);
  polygon.Add(x + ux + vx, y + uy + vy);
  polygon.Add(x - ux + vx, y - uy + vy);
  polygon = polygon.Clipped<true>(1, a.half_width)
                .Clipped<true>(-1, a.half_width)
                .Clipped<false>(1, a.half_height)
                .Clipped<false>(-1, a.half_height);
  const double intersection = polygon.Area();
  return intersection / (a.area + b.area - intersection) > threshold;
}

}  // namespace mmdeploy::op::nms
