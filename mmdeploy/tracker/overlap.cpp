#include "mmdeploy/tracker/overlap.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

namespace mmdeploy {

float AreaOf(const Rect& box) {
  return std::max(0.F, box.right - box.left) * std::max(0.F, box.bottom - box.top);
}

Rect Clip(const Rect& box, int width, int height) {
  const auto right = static_cast<float>(width - 1), bottom = static_cast<float>(height - 1);
  return {std::clamp(box.left, 0.F, right), std::clamp(box.top, 0.F, bottom),
          std::clamp(box.right, 0.F, right), std::clamp(box.bottom, 0.F, bottom)};
}

float Iou(const Rect& a, const Rect& b) {
  const Rect both{std::max(a.left, b.left), std::max(a.top, b.top), std::min(a.right, b.right),
                  std::min(a.bottom, b.bottom)};
  const float common = AreaOf(both);
  return common > 0 ? common / (AreaOf(a) + AreaOf(b) - common) : 0;
}

Rect BoxOfPoints(const std::vector<Point>& points, const std::vector<float>& scores, float least,
                 float scale) {
  constexpr float kFar = std::numeric_limits<float>::infinity();
  Rect box{kFar, kFar, -kFar, -kFar};
  for (size_t i = 0; i < points.size(); ++i) {
    if (scores[i] < least) continue;
    box.left = std::min(box.left, points[i].x);
    box.top = std::min(box.top, points[i].y);
    box.right = std::max(box.right, points[i].x);
    box.bottom = std::max(box.bottom, points[i].y);
  }
  if (box.left > box.right) return {};
  const Point center{(box.left + box.right) / 2, (box.top + box.bottom) / 2};
  const Point half{(box.right - box.left) / 2 * scale, (box.bottom - box.top) / 2 * scale};
  return {center.x - half.x, center.y - half.y, center.x + half.x, center.y + half.y};
}

float Oks(const Pose& a, const Pose& b, const std::vector<float>& sigmas) {
  const auto diagonal = [](const Rect& box) {
    return std::hypot(box.right - box.left, box.bottom - box.top);
  };
  const float scale = (diagonal(a.box) + diagonal(b.box)) / 2;
  if (!(scale > 0) || sigmas.empty()) return 0;
  float sum = 0;
  for (size_t i = 0; i < sigmas.size(); ++i) {
    const float distance = std::hypot(a.points[i].x - b.points[i].x, a.points[i].y - b.points[i].y);
    const float deviations = distance / (2 * sigmas[i] * scale);
    sum += std::exp(-deviations * deviations / 2);
  }
  return sum / static_cast<float>(sigmas.size());
}

std::vector<int> Suppress(const std::vector<int>& order,
                          const std::function<float(int, int)>& overlap, float threshold) {
  std::vector<int> kept;
  for (const int candidate : order) {
    const bool is_new = std::all_of(kept.begin(), kept.end(), [&](int better) {
      return overlap(better, candidate) <= threshold;
    });
    if (is_new) kept.push_back(candidate);
  }
  return kept;
}

std::vector<PoseMatch> MatchGreedily(std::vector<PoseMatch> candidates) {
  std::stable_sort(
      candidates.begin(), candidates.end(),
      [](const PoseMatch& a, const PoseMatch& b) { return a.similarity > b.similarity; });
  std::vector<PoseMatch> matches;
  std::set<int> left, right;
  for (const PoseMatch& match : candidates) {
    if (left.count(match.left) || right.count(match.right)) continue;
    left.insert(match.left);
    right.insert(match.right);
    matches.push_back(match);
  }
  return matches;
}

}  // namespace mmdeploy
