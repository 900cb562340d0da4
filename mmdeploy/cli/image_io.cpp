#include "mmdeploy/cli/image_io.h"

#include <algorithm>
#include <climits>
#include <filesystem>
#include <opencv2/imgcodecs.hpp>

#include "mmdeploy/base/file.h"

namespace mmdeploy::cli {

namespace {

const Json* FindStep(const Json& json, std::string_view type) {
  if (json.is_object()) {
    const auto it = json.find("type");
    if (it != json.end() && *it == type) return &json;
  }
  if (!json.is_structured()) return nullptr;
  for (const Json& item : json) {
    if (const Json* found = FindStep(item, type)) return found;
  }
  return nullptr;
}

// Names of mmcv.imread's flags.
int FlagsOf(std::string_view color_type) {
  if (color_type == "grayscale") return cv::IMREAD_GRAYSCALE;
  if (color_type == "unchanged") return cv::IMREAD_UNCHANGED;
  if (color_type == "color_ignore_orientation")
    return cv::IMREAD_COLOR | cv::IMREAD_IGNORE_ORIENTATION;
  if (color_type == "grayscale_ignore_orientation")
    return cv::IMREAD_GRAYSCALE | cv::IMREAD_IGNORE_ORIENTATION;
  return cv::IMREAD_COLOR;
}

}  // namespace

Decoding DecodingOf(const Json& pipeline) {
  const Json* step = FindStep(pipeline, "LoadImageFromFile");
  const auto it = step ? step->find("color_type") : Json::const_iterator();
  const bool given = step && it != step->end() && it->is_string();
  const int flags = FlagsOf(given ? it->get<std::string>() : "color");
  return {flags, flags == cv::IMREAD_UNCHANGED};
}

Result<cv::Mat> ReadImage(const std::string& path, const Decoding& decoding) {
  MMDEPLOY_TRY(const Bytes bytes, ReadFile(path));
  MMDEPLOY_ENSURE(!bytes->empty(), Code::kFail, "image '{}' is an empty file", path);
  MMDEPLOY_ENSURE(bytes->size() <= INT_MAX, Code::kFail, "image '{}' has {} bytes, allowed: {}",
                  path, bytes->size(), INT_MAX);
  try {
    // Some decoders insist on unsigned bytes.
    const cv::Mat file(1, static_cast<int>(bytes->size()), CV_8UC1,
                       const_cast<char*>(bytes->data()));
    cv::Mat mat = cv::imdecode(file, decoding.flags);
    MMDEPLOY_ENSURE(!mat.empty(), Code::kFail,
                    "'{}' is not an image that can be decoded (JPEG, PNG, BMP, TIFF, WebP)", path);
    MMDEPLOY_ENSURE(!decoding.unchanged || mat.type() == CV_8UC3, Code::kNotSupported,
                    "image '{}' has {} channels of {} bits, and the model's color_type 'unchanged' "
                    "gives them to the network as they are; supported: 3 of 8 bits",
                    path, mat.channels(), 8 * mat.elemSize1());
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

Image View(const cv::Mat& mat) {
  Image image;
  image.data = mat.data;
  image.height = mat.rows;
  image.width = mat.cols;
  image.format = mat.channels() == 1 ? PixelFormat::kGray : PixelFormat::kBgr;
  image.row_stride = static_cast<int64_t>(mat.step);
  return image;
}

}  // namespace mmdeploy::cli
