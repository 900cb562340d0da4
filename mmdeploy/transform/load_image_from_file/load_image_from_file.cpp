#include "mmdeploy/transform/load_image_from_file/load_image_from_file.h"

#include <opencv2/imgproc.hpp>

#include "mmdeploy/transform/pixels/opencv.h"
#include "mmdeploy/transform/pixels/pixels.h"
#include "mmdeploy/transform/step.h"

namespace mmdeploy {
namespace {

using Color = LoadImageFromFile::Color;

constexpr int kCopy = -1;  // no conversion

bool IsYuv(PixelFormat format) {
  return format == PixelFormat::kNv12 || format == PixelFormat::kNv21;
}

int ConversionToBgr(PixelFormat format) {
  switch (format) {
    case PixelFormat::kRgb:
      return cv::COLOR_RGB2BGR;
    case PixelFormat::kGray:
      return cv::COLOR_GRAY2BGR;
    case PixelFormat::kBgra:
      return cv::COLOR_BGRA2BGR;
    case PixelFormat::kNv12:
      return cv::COLOR_YUV2BGR_NV12;
    case PixelFormat::kNv21:
      return cv::COLOR_YUV2BGR_NV21;
    default:
      return kCopy;
  }
}

int ConversionToRgb(PixelFormat format) {
  switch (format) {
    case PixelFormat::kBgr:
      return cv::COLOR_BGR2RGB;
    case PixelFormat::kGray:
      return cv::COLOR_GRAY2RGB;
    case PixelFormat::kBgra:
      return cv::COLOR_BGRA2RGB;
    case PixelFormat::kNv12:
      return cv::COLOR_YUV2RGB_NV12;
    case PixelFormat::kNv21:
      return cv::COLOR_YUV2RGB_NV21;
    default:
      return kCopy;
  }
}

// The luma plane of NV12 and NV21 is their gray image.
int ConversionToGray(PixelFormat format) {
  switch (format) {
    case PixelFormat::kBgr:
      return cv::COLOR_BGR2GRAY;
    case PixelFormat::kRgb:
      return cv::COLOR_RGB2GRAY;
    case PixelFormat::kBgra:
      return cv::COLOR_BGRA2GRAY;
    default:
      return kCopy;
  }
}

int Conversion(PixelFormat format, Color color) {
  switch (color) {
    case Color::kBgr:
      return ConversionToBgr(format);
    case Color::kRgb:
      return ConversionToRgb(format);
    default:
      return ConversionToGray(format);
  }
}

// Rows of the image (of the luma plane) as a matrix over the caller's memory.
cv::Mat Rows(const Image& image, int top, int height) {
  const int type = CV_MAKETYPE(CvDepth(image.dtype), NumChannels(image.format));
  auto* data = const_cast<uint8_t*>(image.data) + top * image.stride();
  return cv::Mat(height, image.width, type, data, static_cast<size_t>(image.stride()));
}

cv::Mat ChromaRows(const Image& image, int top, int height) {
  auto* data =
      const_cast<uint8_t*>(image.data) + (int64_t{image.height} + top / 2) * image.stride();
  return cv::Mat(height / 2, image.width / 2, CV_8UC2, data, static_cast<size_t>(image.stride()));
}

}  // namespace

Result<Tensor> ConvertColor(const Image& image, Color color, int top, int height,
                            const TransformContext& context) {
  const int conversion = Conversion(image.format, color);
  const int channels = color == Color::kGray ? 1 : 3;
  if (conversion == kCopy && image.stride() == image.tight_row_bytes()) {
    auto* data = const_cast<uint8_t*>(image.data) + top * image.stride();
    return Tensor(data, image.dtype, {height, image.width, channels}, image.owner);
  }
  MMDEPLOY_TRY(Tensor out, AllocatePixels(image.dtype, {height, image.width, channels}, context));
  cv::Mat to = AsMat(out);
  MMDEPLOY_TRYV(CallOpenCv("cv::cvtColor", int64_t{height} * image.width, [&] {
    const cv::Mat from = Rows(image, top, height);
    if (conversion == kCopy) {
      from.copyTo(to);
    } else if (IsYuv(image.format)) {
      cv::cvtColorTwoPlane(from, ChromaRows(image, top, height), to, conversion);
    } else {
      cv::cvtColor(from, to, conversion);
    }
  }));
  return out;
}

Result<void> LoadImageFromFile::Note(const Image& image, ImageMeta* meta) const {
  MMDEPLOY_TRYV(Check(image));
  MMDEPLOY_ENSURE(image.device.type == DeviceType::kCpu, Code::kNotSupported,
                  "image lies on device {}, allowed: cpu", Name(image.device));
  meta->ori_shape = {image.height, image.width, NumChannels(image.format)};
  meta->img_shape = {image.height, image.width, channels()};
  return {};
}

Result<void> LoadImageFromFile::Run(Sample& sample, const TransformContext& context) const {
  if (!sample.img.empty()) return {};
  const Image& image = sample.ori_img;
  MMDEPLOY_TRYV(Note(image, &sample.meta));
  MMDEPLOY_TRY(sample.img, ConvertColor(image, args_.color, 0, image.height, context));
  if (args_.to_float32) {
    MMDEPLOY_TRY(sample.img, ToFloat(sample.img, context));
  }
  return {};
}

Result<StaticSample> LoadImageFromFile::Infer(const StaticSample& in) const {
  MMDEPLOY_ENSURE(in.has_picture, Code::kInvalidArgument,
                  "needs a picture, but this node is given tensors or points");
  StaticSample out = in;
  out.may_have_img = true;
  // A caller's picture comes without tensors.
  if (!out.tensors) out.tensors.emplace();
  out.img = {};
  out.img.channels = channels();
  if (args_.to_float32) out.img.dtype = DataType::kFloat32;
  return out;
}

namespace {

Result<std::unique_ptr<Transform>> Create(JsonReader& reader, const TransformOptions&) {
  LoadImageFromFile::Args args;
  const std::vector<std::pair<std::string, bool>> types = {{"color", true},
                                                           {"color_ignore_orientation", true},
                                                           {"unchanged", true},
                                                           {"grayscale", false},
                                                           {"grayscale_ignore_orientation", false}};
  bool colored = true;
  reader.ReadEnum("color_type", types, &colored);
  reader.ReadEnum<Color>("channel_order", {{"bgr", Color::kBgr}, {"rgb", Color::kRgb}},
                         &args.color);
  if (!colored) args.color = Color::kGray;
  reader.Read("to_float32", &args.to_float32);
  reader.Ignore({"file_client_args", "io_backend", "imdecode_backend", "backend_args", "key",
                 "flag", "ignore_empty", "use_cache", "save_original_img", "decoding_backend"});
  return MakeStep<LoadImageFromFile>(reader, args);
}

}  // namespace

TransformType load_image_from_file_transform() { return {"LoadImageFromFile", Create}; }

}  // namespace mmdeploy
