#include <opencv2/imgproc.hpp>

#include "mmdeploy/task/draw.h"
#include "mmdeploy/task/restorer/result.h"

namespace mmdeploy {

// The image, enlarged to the size of the restored one, and the restored one beside it.
cv::Mat restorer_draw(const cv::Mat& image, const Value& results, const Style&) {
  const Image& restored = results.result<Restoration>().image;
  const bool gray = restored.format == PixelFormat::kGray;
  const cv::Mat pixels(restored.height, restored.width, gray ? CV_8UC1 : CV_8UC3,
                       const_cast<uint8_t*>(restored.data), static_cast<size_t>(restored.stride()));
  cv::Mat right, left;
  cv::cvtColor(pixels, right, gray ? cv::COLOR_GRAY2BGR : cv::COLOR_RGB2BGR);
  left = image;
  if (image.channels() == 1) cv::cvtColor(image, left, cv::COLOR_GRAY2BGR);
  cv::resize(left, left, right.size(), 0, 0, cv::INTER_NEAREST);
  cv::Mat both;
  cv::hconcat(left, right, both);
  return both;
}

}  // namespace mmdeploy
