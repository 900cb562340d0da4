#include <opencv2/imgproc.hpp>

#include "mmdeploy/task/draw.h"
#include "mmdeploy/task/pose_detector/result.h"

namespace mmdeploy {
namespace {

constexpr float kMinScore = 0.3f;

void DrawPoints(const PoseDetection& pose, const Style& style, Canvas* canvas) {
  for (size_t i = 0; i < pose.points.size(); ++i) {
    if (pose.scores[i] < kMinScore) continue;
    const Point& point = pose.points[i];
    cv::circle(canvas->picture, canvas->At(point.x, point.y), 4, style.Colour(static_cast<int>(i)),
               cv::FILLED, cv::LINE_AA);
  }
}

}  // namespace

// A dot per key point, each kind in a colour of its own.
cv::Mat pose_detector_draw(const cv::Mat& image, const Value& results, const Style& style) {
  Canvas canvas(image);
  if (results.is_record()) {
    DrawPoints(results.result<PoseDetection>(), style, &canvas);
  } else {
    for (const Value& value : results.list()) {
      DrawPoints(value.result<PoseDetection>(), style, &canvas);
    }
  }
  return canvas.picture;
}

}  // namespace mmdeploy
