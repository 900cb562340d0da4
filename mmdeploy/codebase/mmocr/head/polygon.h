#pragma once

#include <opencv2/core.hpp>
#include <vector>

// Outlines of texts, in pixels of a map.
namespace mmdeploy::mmocr {

using Polygon = std::vector<cv::Point>;

}  // namespace mmdeploy::mmocr
