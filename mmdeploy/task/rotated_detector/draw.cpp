#include <cmath>
#include <opencv2/imgproc.hpp>

#include "mmdeploy/task/draw.h"
#include "mmdeploy/task/rotated_detector/result.h"
#include "mmdeploy/task/text.h"

namespace mmdeploy {
namespace {

std::vector<cv::Point> Corners(const RotatedBox& box, const Canvas& canvas) {
  const float cosine = std::cos(box[4]), sine = std::sin(box[4]);
  std::vector<cv::Point> corners;
  for (const auto& [x, y] : {std::pair{-1, -1}, {1, -1}, {1, 1}, {-1, 1}}) {
    const float dx = static_cast<float>(x) * box[2] / 2, dy = static_cast<float>(y) * box[3] / 2;
    corners.push_back(
        canvas.At(box[0] + dx * cosine - dy * sine, box[1] + dx * sine + dy * cosine));
  }
  return corners;
}

}  // namespace

// Boxes with names and scores in their middles; behind a name what a later step says of the object.
void rotated_detector_draw(const Value& results, const Style& style, Canvas* canvas) {
  for (size_t i = 0; i < results.list().size(); ++i) {
    const auto& object = results.list()[i].result<RotatedDetection>();
    if (object.score < style.min_score) {
      ++canvas->hidden_objects;
      continue;
    }
    const cv::Scalar colour = style.Colour(object.label_id);
    cv::polylines(canvas->picture, Corners(object.rbbox, *canvas), true, colour, 2, cv::LINE_AA);
    const std::string said = style.CaptionOf(i);
    canvas->Label(object.rbbox[0], object.rbbox[1],
                  fmt::format("{} {:.2f}{}{}", LabelText(object.label_id, style.names),
                              object.score, said.empty() ? "" : " ", said),
                  colour);
  }
}

}  // namespace mmdeploy
