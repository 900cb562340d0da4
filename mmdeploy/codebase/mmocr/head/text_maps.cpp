#include "mmdeploy/codebase/mmocr/head/text_maps.h"

#include <algorithm>
#include <opencv2/imgproc.hpp>

namespace mmdeploy::mmocr {

void ReadScale(JsonReader& params, MapScale* scale) {
  params.Read("rescale", &scale->rescale);
  params.Read("downsample_ratio", &scale->downsample_ratio, 1e-3, 1e3);
}

cv::Mat Maps::channel(int index) const {
  const auto area = static_cast<int64_t>(height) * width;
  return cv::Mat(height, width, CV_32F, const_cast<float*>(data + index * area));
}

Result<Maps> RequireMaps(const NamedTensors& tensors, size_t min_rank, int min_channels) {
  MMDEPLOY_TRYV(RequireOutput(tensors, "output", min_rank));
  return FindMaps(tensors, min_rank, min_channels);
}

Result<Maps> FindMaps(const NamedTensors& tensors, size_t min_rank, int min_channels) {
  MMDEPLOY_TRY(const Tensor* output, RequireFloats(tensors, "output", min_rank));
  const Shape& shape = output->shape();
  const size_t rank = shape.size();
  const int64_t channels = rank == 4 ? shape[1] : 1;
  const bool fits = (rank == 3 || rank == 4) && shape[0] == 1 && channels >= min_channels &&
                    shape[rank - 2] > 0 && shape[rank - 1] > 0 &&
                    shape[rank - 2] * shape[rank - 1] <= Image::kMaxPixels &&
                    std::max(shape[rank - 2], shape[rank - 1]) <= Image::kMaxSide;
  MMDEPLOY_ENSURE(fits, Code::kFail,
                  "output 'output' has shape {}, expected 1xCxHxW with {} or more channels{}",
                  Name(shape), min_channels, min_rank == 3 ? ", or 1xHxW" : "");
  return Maps{output->data<float>(), static_cast<int>(channels), static_cast<int>(shape[rank - 2]),
              static_cast<int>(shape[rank - 1])};
}

std::optional<std::array<cv::Point2f, 4>> RectangleAround(const std::vector<cv::Point>& points,
                                                          double min_width) {
  const cv::RotatedRect rectangle = cv::minAreaRect(points);
  if (!(std::min(rectangle.size.width, rectangle.size.height) > min_width)) return std::nullopt;
  std::array<cv::Point2f, 4> corners;
  rectangle.points(corners.data());
  return corners;
}

Result<TextDetection> ToText(const std::array<cv::Point2f, 4>& corners, double score,
                             const ImageMeta& meta, const MapScale& scale) {
  // A little above 1 is what rounding does to a network of low precision.
  MMDEPLOY_ENSURE(score >= 0 && score <= 1.01, Code::kFail,
                  "a text has the score {}, expected 0 to 1: 'output' must hold probabilities; "
                  "export the network with its sigmoid",
                  score);
  double x = 1, y = 1;
  if (scale.rescale) {
    const auto factor = meta.scale_factor.value_or(std::array<double, 4>{1, 1, 1, 1});
    x = 1 / scale.downsample_ratio / factor[0];
    y = 1 / scale.downsample_ratio / factor[1];
  }
  TextDetection text;
  text.score = static_cast<float>(std::min(score, 1.0));
  for (size_t i = 0; i < corners.size(); ++i) {
    text.bbox[i] = {static_cast<float>(corners[i].x * x), static_cast<float>(corners[i].y * y)};
  }
  return text;
}

}  // namespace mmdeploy::mmocr
