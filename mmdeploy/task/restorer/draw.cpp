#include <opencv2/imgproc.hpp>

#include "mmdeploy/task/draw.h"
#include "mmdeploy/task/restorer/result.h"

namespace mmdeploy {
namespace {

void DrawImage(const Image& restored, Canvas* canvas) {
  const bool gray = restored.format == PixelFormat::kGray;
  const cv::Mat pixels(restored.height, restored.width, gray ? CV_8UC1 : CV_8UC3,
                       const_cast<uint8_t*>(restored.data), static_cast<size_t>(restored.stride()));
  cv::Mat left, right;
  cv::cvtColor(pixels, right, gray ? cv::COLOR_GRAY2BGR : cv::COLOR_RGB2BGR);
  cv::resize(canvas->picture, left, right.size(), 0, 0, cv::INTER_NEAREST);
  cv::hconcat(left, right, canvas->picture);
}

}  // namespace

// The picture in the size of the restored image, and that beside it.
void restorer_draw(const Value& results, const Style&, Canvas* canvas) {
  if (results.is_record()) {
    DrawImage(results.result<Restoration>().image, canvas);
    return;
  }
  for (const Value& value : results.list()) DrawImage(value.result<Restoration>().image, canvas);
}

}  // namespace mmdeploy
