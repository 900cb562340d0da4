#include <opencv2/imgproc.hpp>

#include "mmdeploy/task/draw.h"
#include "mmdeploy/task/text_detector/result.h"

namespace mmdeploy {

// The quad of each text, with what it says if that is known, else with its score.
void text_detector_draw(const Value& results, const Style& style, Canvas* canvas) {
  for (size_t i = 0; i < results.list().size(); ++i) {
    const auto& text = results.list()[i].result<TextDetection>();
    std::vector<cv::Point> corners;
    for (const Point& corner : text.bbox) corners.push_back(canvas->At(corner.x, corner.y));
    cv::polylines(canvas->picture, corners, true, style.Colour(0), 2, cv::LINE_AA);
    const Point* top = &text.bbox[0];
    for (const Point& corner : text.bbox) {
      if (corner.y < top->y) top = &corner;
    }
    const bool is_read = i < style.captions.size();
    canvas->Label(top->x, top->y, is_read ? style.captions[i] : fmt::format("{:.2f}", text.score),
                  style.Colour(0));
  }
}

}  // namespace mmdeploy
