#pragma once

#include <opencv2/core.hpp>
#include <string>
#include <vector>

#include "mmdeploy/base/image.h"
#include "mmdeploy/base/json.h"
#include "mmdeploy/base/result.h"

namespace mmdeploy::cli {

// How a model wants the files of its images decoded; the SDK itself gets pixels.
struct Decoding {
  int flags;       // of cv::imdecode
  bool unchanged;  // channels and depth are those of the file
};

// What the first LoadImageFromFile of a pipeline.json says as `color_type`; colour by default.
Decoding DecodingOf(const Json& pipeline);

// Decodes a file to BGR or gray. Errors: kFileNotExist, kFail (not an image, too large),
// kNotSupported (an `unchanged` image that is not 8-bit BGR).
Result<cv::Mat> ReadImage(const std::string& path, const Decoding& decoding);

// Encodes by the file's extension; writes to a temporary name first.
Result<void> WriteImage(const std::string& path, const cv::Mat& mat);

// A view of the same pixels, BGR or gray.
Image View(const cv::Mat& mat);

}  // namespace mmdeploy::cli
