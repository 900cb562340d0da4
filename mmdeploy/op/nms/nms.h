#pragma once

#include <cstdint>
#include <vector>

// What all kinds of non-maximum suppression have in common.

namespace mmdeploy::op::nms {

// Numbers at equal distances, such as the scores of one class.
struct Strided {
  const float* data = nullptr;
  int64_t count = 0;
  int64_t stride = 1;

  float operator[](int64_t i) const { return data[i * stride]; }
};

// Indices of the scores above the threshold, the best first, equal ones in their order; at most
// `limit` of them (0 or less: all). NaN is above nothing.
std::vector<int> BestFirst(const Strided& scores, float threshold, int64_t limit);

// Boxes of 4 or 5 numbers each, `stride` numbers apart.
struct Boxes {
  const float* data = nullptr;
  int64_t stride = 0;

  const float* operator[](int64_t i) const { return data + i * stride; }
};

// Goes through the boxes in this order and drops those whose overlap (intersection over union) with
// a better one that stays exceeds the threshold. Answers for each position of `order` the position
// of the box that it was dropped for, its own if it stays.
using SuppressFunction = std::vector<int> (*)(const Boxes& boxes, const std::vector<int>& order,
                                              float iou_threshold);

// Intersection over union of x1, y1, x2, y2; a box that is not finite overlaps nothing.
float Iou(const float* a, const float* b);
// Of centre, width, height, angle (radians). Boxes without an area overlap nothing.
double RotatedIou(const float* a, const float* b);

// The plain code.
std::vector<int> SuppressReference(const Boxes& boxes, const std::vector<int>& order,
                                   float iou_threshold);
std::vector<int> SuppressRotatedReference(const Boxes& boxes, const std::vector<int>& order,
                                          float iou_threshold);

// The same, fast.
std::vector<int> Suppress(const Boxes& boxes, const std::vector<int>& order, float iou_threshold);
std::vector<int> SuppressRotated(const Boxes& boxes, const std::vector<int>& order,
                                 float iou_threshold);

}  // namespace mmdeploy::op::nms
