#include "mmdeploy/cli/image_io.h"

#include <algorithm>
#include <filesystem>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "mmdeploy/base/file.h"

namespace mmdeploy::cli {

Result<cv::Mat> ReadImage(const std::string& path) {
  MMDEPLOY_TRY(const Bytes bytes, ReadFile(path));
  MMDEPLOY_ENSURE(!bytes->empty(), Code::kFail, "image '{}' is an empty file", path);
  try {
    cv::Mat mat = cv::imdecode(*bytes, cv::IMREAD_COLOR);
    MMDEPLOY_ENSURE(!mat.empty(), Code::kFail,
                    "'{}' is not an image that can be decoded (JPEG, PNG, BMP, TIFF, WebP)", path);
    return mat;
  } catch (const std::exception& e) {
    return MakeError(Code::kFail, "image '{}' cannot be decoded: {}", path, e.what());
  }
}

Result<void> WriteImage(const std::string& path, const cv::Mat& mat) {
  std::vector<uchar> bytes;
  try {
    cv::imencode(std::filesystem::path(path).extension().string(), mat, bytes);
  } catch (const std::exception& e) {
    return MakeError(Code::kFail, "image '{}' cannot be encoded: {}", path, e.what());
  }
  return WriteFile(path, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

Image View(const cv::Mat& bgr) {
  Image image;
  image.data = bgr.data;
  image.height = bgr.rows;
  image.width = bgr.cols;
  image.row_stride = static_cast<int64_t>(bgr.step);
  return image;
}

cv::Mat WithCaption(const cv::Mat& bgr, const std::vector<std::string>& lines) {
  constexpr int kMinWidth = 320, kLine = 26, kMargin = 8;
  constexpr double kFont = 0.6;
  cv::Mat picture = bgr;
  if (bgr.cols < kMinWidth) {
    const int factor = (kMinWidth + bgr.cols - 1) / bgr.cols;
    cv::resize(bgr, picture, {}, factor, factor, cv::INTER_NEAREST);
  }
  const int strip = kLine * static_cast<int>(lines.size()) + 2 * kMargin;
  cv::copyMakeBorder(picture, picture, 0, strip, 0, 0, cv::BORDER_CONSTANT, {32, 32, 32});
  int y = picture.rows - strip + kMargin + kLine - 8;
  for (const auto& line : lines) {
    cv::putText(picture, line, {kMargin, y}, cv::FONT_HERSHEY_SIMPLEX, kFont, {255, 255, 255}, 1,
                cv::LINE_AA);
    y += kLine;
  }
  return picture;
}

}  // namespace mmdeploy::cli
