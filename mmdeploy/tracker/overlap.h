#pragma once

#include <functional>
#include <vector>

#include "mmdeploy/base/geometry.h"
#include "mmdeploy/base/image.h"

namespace mmdeploy {

// The key points of an object in a frame, in pixels.
struct Pose {
  std::vector<Point> points;
  std::vector<float> scores;
  Rect box;  // around the points that are seen, see BoxOfPoints
};

float AreaOf(const Rect& box);

// The part of a box inside of a frame; without an area if there is none.
Rect Clip(const Rect& box, int width, int height);

// Intersection over union of two boxes; 0 if one has no area.
float Iou(const Rect& a, const Rect& b);

// The box around the points with at least this score, grown about its centre; without an area if
// there are none.
Rect BoxOfPoints(const std::vector<Point>& points, const std::vector<float>& scores, float least,
                 float scale);

// Similarity of two poses by the distances of their points (OKS of COCO); the scale is the mean
// diagonal of their boxes. `sigmas` has one number per point.
float Oks(const Pose& a, const Pose& b, const std::vector<float>& sigmas);

// The indices of 0..count-1 that stay, best first (`order`), when each one suppresses the later
// ones that it overlaps by more than `threshold`.
std::vector<int> Suppress(const std::vector<int>& order,
                          const std::function<float(int, int)>& overlap, float threshold);

// A pair that fits, and how well.
struct PoseMatch {
  int left, right;
  float similarity;
};

// Pairs of which each left and each right one occurs once; the best fitting are taken first, of
// equal ones the earlier. Sorts `candidates`.
std::vector<PoseMatch> MatchGreedily(std::vector<PoseMatch> candidates);

}  // namespace mmdeploy
