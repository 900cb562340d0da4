#include <opencv2/imgproc.hpp>
#include <set>

#include "mmdeploy/task/draw.h"
#include "mmdeploy/task/segmentor/result.h"
#include "mmdeploy/task/text.h"

namespace mmdeploy {
namespace {

constexpr size_t kMaxNames = 12;  // in the caption

// The best class of every pixel.
Tensor BestClasses(const Tensor& score) {
  const int64_t classes = score.shape()[0], area = score.shape()[1] * score.shape()[2];
  auto best = Tensor::Allocate(DataType::kInt32, {score.shape()[1], score.shape()[2]});
  if (!best) return {};
  for (int64_t i = 0; i < area; ++i) {
    int64_t at = 0;
    for (int64_t c = 1; c < classes; ++c) {
      if (score.data<float>()[c * area + i] > score.data<float>()[at * area + i]) at = c;
    }
    best->data<int32_t>()[i] = static_cast<int32_t>(at);
  }
  return *best;
}

void DrawMap(const Segmentation& result, const Style& style, Canvas* canvas) {
  const Tensor map =
      result.mask.empty() && !result.score.empty() ? BestClasses(result.score) : result.mask;
  if (map.empty()) return;
  cv::Mat colours(result.height, result.width, CV_8UC3);
  std::set<int> found;
  for (int64_t i = 0; i < map.num_elements(); ++i) {
    const int label = map.data<int32_t>()[i];
    found.insert(label);
    const cv::Scalar colour = style.Colour(label);
    colours.at<cv::Vec3b>(static_cast<int>(i)) = {static_cast<uint8_t>(colour[0]),
                                                  static_cast<uint8_t>(colour[1]),
                                                  static_cast<uint8_t>(colour[2])};
  }
  cv::resize(colours, colours, canvas->picture.size(), 0, 0, cv::INTER_NEAREST);
  cv::addWeighted(canvas->picture, 0.5, colours, 0.5, 0, canvas->picture);
  size_t count = 0;
  for (const int label : found) {
    if (count++ < kMaxNames) canvas->lines.push_back(LabelText(label, style.names));
  }
}

}  // namespace

// The colours of the classes over the image, and their names below it.
void segmentor_draw(const Value& results, const Style& style, Canvas* canvas) {
  if (results.is_record()) {
    DrawMap(results.result<Segmentation>(), style, canvas);
    return;
  }
  for (const Value& value : results.list()) DrawMap(value.result<Segmentation>(), style, canvas);
}

}  // namespace mmdeploy
