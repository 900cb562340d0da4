#pragma once

#include <opencv2/core.hpp>
#include <string>
#include <vector>

#include "mmdeploy/base/image.h"
#include "mmdeploy/base/result.h"

namespace mmdeploy::cli {

// Decodes a file to BGR. Errors: kFileNotExist, kFail (not an image, too large).
Result<cv::Mat> ReadImage(const std::string& path);

// Encodes by the file's extension; writes to a temporary name first.
Result<void> WriteImage(const std::string& path, const cv::Mat& mat);

// A view of the same pixels.
Image View(const cv::Mat& bgr);

// The picture, enlarged if it is tiny, with a strip of text lines below it.
cv::Mat WithCaption(const cv::Mat& bgr, const std::vector<std::string>& lines);

}  // namespace mmdeploy::cli
