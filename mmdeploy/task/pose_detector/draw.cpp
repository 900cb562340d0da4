#include <opencv2/imgproc.hpp>

#include "mmdeploy/task/draw.h"
#include "mmdeploy/task/pose_detector/result.h"

namespace mmdeploy {
namespace {

void DrawPoints(const PoseDetection& pose, const std::string& caption, const Style& style,
                Canvas* canvas) {
  const Point* top = nullptr;
  for (size_t i = 0; i < pose.points.size(); ++i) {
    if (pose.scores[i] < style.min_score) {
      ++canvas->hidden_points;
      continue;
    }
    const Point& point = pose.points[i];
    cv::circle(canvas->picture, canvas->At(point.x, point.y), 4, style.Colour(static_cast<int>(i)),
               cv::FILLED, cv::LINE_AA);
    if (top == nullptr || point.y < top->y) top = &point;
  }
  if (top && !caption.empty()) canvas->Label(top->x, top->y, caption, style.Colour(0));
}

}  // namespace

// A dot per key point, each kind in a colour of its own; at the highest one what a later step says
// of the object.
void pose_detector_draw(const Value& results, const Style& style, Canvas* canvas) {
  if (results.is_record()) {
    DrawPoints(results.result<PoseDetection>(), "", style, canvas);
    return;
  }
  for (size_t i = 0; i < results.list().size(); ++i) {
    DrawPoints(results.list()[i].result<PoseDetection>(), style.CaptionOf(i), style, canvas);
  }
}

}  // namespace mmdeploy
