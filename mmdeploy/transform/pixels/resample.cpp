#include "mmdeploy/transform/pixels/resample.h"

#include <opencv2/imgproc.hpp>

#include "mmdeploy/transform/pixels/cubic.h"
#include "mmdeploy/transform/pixels/opencv.h"
#include "mmdeploy/transform/pixels/pillow.h"

namespace mmdeploy {
namespace {

int CvInterpolation(Interpolation interpolation) {
  switch (interpolation) {
    case Interpolation::kNearest:
      return cv::INTER_NEAREST;
    case Interpolation::kBicubic:
      return cv::INTER_CUBIC;
    case Interpolation::kArea:
      return cv::INTER_AREA;
    case Interpolation::kLanczos:
      return cv::INTER_LANCZOS4;
    default:
      return cv::INTER_LINEAR;
  }
}

}  // namespace

Resampling ReadResampling(JsonReader& args) {
  Resampling resampling;
  args.ReadEnum<ResizeBackend>(
      "backend", {{"cv2", ResizeBackend::kOpenCv}, {"pillow", ResizeBackend::kPillow}},
      &resampling.backend);
  std::vector<std::pair<std::string, Interpolation>> allowed = {
      {"nearest", Interpolation::kNearest},
      {"bilinear", Interpolation::kBilinear},
      {"bicubic", Interpolation::kBicubic},
      {"lanczos", Interpolation::kLanczos}};
  if (resampling.backend == ResizeBackend::kPillow) {
    allowed.insert(allowed.end(),
                   {{"box", Interpolation::kBox}, {"hamming", Interpolation::kHamming}});
  } else {
    allowed.emplace_back("area", Interpolation::kArea);
  }
  args.ReadEnum("interpolation", allowed, &resampling.interpolation);
  return resampling;
}

Result<void> CheckResampling(const Resampling& resampling, DataType dtype) {
  MMDEPLOY_ENSURE(resampling.backend != ResizeBackend::kPillow || dtype == DataType::kUint8,
                  Code::kNotSupported,
                  "backend 'pillow' resizes uint8 images only, found {}; leave out to_float32, or "
                  "use backend 'cv2'",
                  Name(dtype));
  return {};
}

Result<Tensor> Resample(const Tensor& img, int height, int width, const Resampling& resampling,
                        const TransformContext& context) {
  MMDEPLOY_TRY(const ImageShape in, CheckPixels(img));
  MMDEPLOY_TRYV(CheckResampling(resampling, img.dtype()));
  if (in.height == height && in.width == width) return img;
  if (resampling.backend == ResizeBackend::kPillow) {
    return PillowResize(img, height, width, resampling.interpolation, context);
  }
  if (resampling.interpolation == Interpolation::kBicubic && HasCubicResize(img)) {
    return CubicResize(img, height, width, context);
  }
  MMDEPLOY_TRY(Tensor out, AllocatePixels(img.dtype(), {height, width, in.channels}, context));
  cv::Mat to = AsMat(out);
  MMDEPLOY_TRYV(CallOpenCv("cv::resize", int64_t{height} * width, [&] {
    cv::resize(AsMat(img), to, to.size(), 0, 0, CvInterpolation(resampling.interpolation));
  }));
  return out;
}

}  // namespace mmdeploy
