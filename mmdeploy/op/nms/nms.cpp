#include "mmdeploy/op/nms/nms.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace mmdeploy::op::nms {
namespace {

struct Point {
  double x, y;
};

// Corners of a box around the point (x, y), in order.
std::array<Point, 4> Corners(const float* box, double x, double y) {
  const double c = std::cos(double{box[4]}), s = std::sin(double{box[4]});
  const Point along{c * box[2] / 2, s * box[2] / 2}, across{-s * box[3] / 2, c * box[3] / 2};
  return {Point{x - along.x - across.x, y - along.y - across.y},
          Point{x + along.x - across.x, y + along.y - across.y},
          Point{x + along.x + across.x, y + along.y + across.y},
          Point{x - along.x + across.x, y - along.y + across.y}};
}

// Positive to the left of the line from a to b.
double Side(const Point& a, const Point& b, const Point& p) {
  return (b.x - a.x) * (p.y - a.y) - (b.y - a.y) * (p.x - a.x);
}

// What of a convex polygon lies to the left of a line (Sutherland and Hodgman, 1974).
std::vector<Point> Clip(const std::vector<Point>& polygon, const Point& a, const Point& b) {
  std::vector<Point> clipped;
  for (size_t i = 0; i < polygon.size(); ++i) {
    const Point &p = polygon[i], &q = polygon[(i + 1) % polygon.size()];
    const double side_p = Side(a, b, p), side_q = Side(a, b, q);
    if (side_p >= 0) clipped.push_back(p);
    if ((side_p > 0 && side_q < 0) || (side_p < 0 && side_q > 0)) {
      const double t = side_p / (side_p - side_q);
      clipped.push_back({p.x + t * (q.x - p.x), p.y + t * (q.y - p.y)});
    }
  }
  return clipped;
}

double Area(const std::vector<Point>& polygon) {
  double twice = 0;
  for (size_t i = 0; i < polygon.size(); ++i) {
    const Point &p = polygon[i], &q = polygon[(i + 1) % polygon.size()];
    twice += p.x * q.y - p.y * q.x;
  }
  return twice / 2;
}

template <class Overlap>
std::vector<int> SuppressPlain(const Boxes& boxes, const std::vector<int>& order,
                               float iou_threshold, Overlap overlap) {
  std::vector<int> owners(order.size());
  for (size_t i = 0; i < order.size(); ++i) {
    owners[i] = static_cast<int>(i);
    for (size_t k = 0; k < i; ++k) {
      if (owners[k] != static_cast<int>(k)) continue;
      if (!(overlap(boxes[order[k]], boxes[order[i]]) > iou_threshold)) continue;
      owners[i] = static_cast<int>(k);
      break;
    }
  }
  return owners;
}

}  // namespace

std::vector<int> BestFirst(const Strided& scores, float threshold, int64_t limit) {
  std::vector<int> order;
  for (int64_t i = 0; i < scores.count; ++i) {
    if (scores[i] > threshold) order.push_back(static_cast<int>(i));
  }
  const auto better = [&](int a, int b) {
    return scores[a] != scores[b] ? scores[a] > scores[b] : a < b;
  };
  if (limit > 0 && limit < static_cast<int64_t>(order.size())) {
    std::nth_element(order.begin(), order.begin() + limit, order.end(), better);
    order.resize(static_cast<size_t>(limit));
  }
  std::sort(order.begin(), order.end(), better);
  return order;
}

float Iou(const float* a, const float* b) {
  const float width = std::max(std::min(a[2], b[2]) - std::max(a[0], b[0]), 0.f);
  const float height = std::max(std::min(a[3], b[3]) - std::max(a[1], b[1]), 0.f);
  const float intersection = width * height;
  const float area_a = (a[2] - a[0]) * (a[3] - a[1]), area_b = (b[2] - b[0]) * (b[3] - b[1]);
  const float iou = intersection / (area_a + area_b - intersection);
  return iou > 0 ? iou : 0;  // NaN for two boxes without an area
}

double RotatedIou(const float* a, const float* b) {
  constexpr double kNoArea = 1e-14;
  const double area_a = double{a[2]} * a[3], area_b = double{b[2]} * b[3];
  if (!(area_a >= kNoArea && area_b >= kNoArea)) return 0;
  // Relative to a's centre: coordinates are small where it matters.
  const auto clip = Corners(a, 0, 0);
  const auto corners = Corners(b, double{b[0]} - a[0], double{b[1]} - a[1]);
  std::vector<Point> polygon(corners.begin(), corners.end());
  for (size_t i = 0; i < clip.size(); ++i) polygon = Clip(polygon, clip[i], clip[(i + 1) % 4]);
  const double intersection = Area(polygon);
  const double iou = intersection / (area_a + area_b - intersection);
  return iou > 0 ? iou : 0;
}

std::vector<int> SuppressReference(const Boxes& boxes, const std::vector<int>& order,
                                   float iou_threshold) {
  return SuppressPlain(boxes, order, iou_threshold, Iou);
}

std::vector<int> SuppressRotatedReference(const Boxes& boxes, const std::vector<int>& order,
                                          float iou_threshold) {
  return SuppressPlain(boxes, order, iou_threshold, RotatedIou);
}

}  // namespace mmdeploy::op::nms
