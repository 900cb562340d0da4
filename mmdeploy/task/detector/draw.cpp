#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "mmdeploy/task/detector/result.h"
#include "mmdeploy/task/draw.h"
#include "mmdeploy/task/text.h"

namespace mmdeploy {
namespace {

// Tints the pixels of an object; the mask is one of the image, or begins a pixel before the box.
void DrawMask(const Detection& object, const cv::Scalar& colour, Canvas* canvas) {
  const Tensor& mask = object.mask;
  if (mask.empty() || mask.shape().size() != 2) return;
  const int scale = canvas->scale;
  const bool is_whole = mask.shape()[0] * scale == canvas->picture.rows &&
                        mask.shape()[1] * scale == canvas->picture.cols;
  const auto begin = [&](float side) {
    const bool is_inside = side >= 1 && side < 1e5F;  // NaN is not
    return is_whole || !is_inside ? 0 : static_cast<int>(std::floor(side)) - 1;
  };
  const int left = begin(object.bbox.left), top = begin(object.bbox.top);
  cv::Mat pixels(static_cast<int>(mask.shape()[0]), static_cast<int>(mask.shape()[1]), CV_8UC1,
                 mask.raw());
  const cv::Rect inside =
      cv::Rect(left * scale, top * scale, pixels.cols * scale, pixels.rows * scale) &
      cv::Rect(0, 0, canvas->picture.cols, canvas->picture.rows);
  if (inside.empty()) return;
  cv::Mat enlarged;
  cv::resize(pixels, enlarged, {}, scale, scale, cv::INTER_NEAREST);
  cv::Mat part = canvas->picture(inside);
  cv::Mat tint;
  cv::addWeighted(part, 0.5, cv::Mat(part.size(), part.type(), colour), 0.5, 0, tint);
  tint.copyTo(part, enlarged(cv::Rect(0, 0, inside.width, inside.height)));
}

}  // namespace

// Masks first, then boxes, then names, so that names can be read; behind a name what a later step
// says of the object.
void detector_draw(const Value& results, const Style& style, Canvas* canvas) {
  std::vector<const Detection*> objects;
  std::vector<std::string> names;
  for (size_t i = 0; i < results.list().size(); ++i) {
    const auto& object = results.list()[i].result<Detection>();
    if (object.score < style.min_score) {
      ++canvas->hidden_objects;
      continue;
    }
    objects.push_back(&object);
    names.push_back(
        fmt::format("{} {:.2f}", LabelText(object.label_id, style.names), object.score));
    if (i < style.captions.size()) names.back() += " " + style.captions[i];
  }
  for (const Detection* object : objects) DrawMask(*object, style.Colour(object->label_id), canvas);
  for (const Detection* object : objects) {
    const Rect& box = object->bbox;
    cv::rectangle(canvas->picture, canvas->At(box.left, box.top),
                  canvas->At(box.right + 1, box.bottom + 1), style.Colour(object->label_id), 2);
  }
  for (size_t i = 0; i < objects.size(); ++i) {
    canvas->Label(objects[i]->bbox.left, objects[i]->bbox.top, names[i],
                  style.Colour(objects[i]->label_id));
  }
}

}  // namespace mmdeploy
