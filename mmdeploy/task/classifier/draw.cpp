#include "mmdeploy/task/draw.h"
#include "mmdeploy/task/text.h"

namespace mmdeploy {

// The classes with their scores below the image.
cv::Mat classifier_draw(const cv::Mat& image, const Value& results, const Style& style) {
  return WithCaption(Canvas(image).picture, Summarize(results, style.names));
}

}  // namespace mmdeploy
