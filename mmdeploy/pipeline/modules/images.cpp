#include "mmdeploy/pipeline/modules/images.h"

namespace mmdeploy {

Result<Image> PixelsOf(const Value& value, std::string_view done) {
  const Image& image = value.kind() == Kind::kImage ? value.image() : value.sample().ori_img;
  MMDEPLOY_TRYV(Check(image));
  MMDEPLOY_ENSURE(image.format != PixelFormat::kNv12 && image.format != PixelFormat::kNv21,
                  Code::kNotSupported, "a {} image cannot be {}; convert it to BGR",
                  Name(image.format), done);
  return image;
}

Result<Image> NewImage(const Image& like, int height, int width, BufferPool* pool) {
  MMDEPLOY_TRY(const Tensor tensor,
               Tensor::Allocate(like.dtype, {height, width, NumChannels(like.format)}, pool));
  Image image = like;
  image.height = height;
  image.width = width;
  image.row_stride = 0;
  image.data = static_cast<const uint8_t*>(tensor.raw());
  image.owner = std::make_shared<Tensor>(tensor);
  return image;
}

cv::Mat AsMat(const Image& image) {
  const int depth = image.dtype == DataType::kUint8 ? CV_8U : CV_32F;
  return cv::Mat(image.height, image.width, CV_MAKETYPE(depth, NumChannels(image.format)),
                 const_cast<uint8_t*>(image.data), static_cast<size_t>(image.stride()));
}

}  // namespace mmdeploy
