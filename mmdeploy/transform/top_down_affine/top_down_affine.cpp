#include "mmdeploy/transform/top_down_affine/top_down_affine.h"

#include <array>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "mmdeploy/transform/pixels/opencv.h"
#include "mmdeploy/transform/pixels/pixels.h"
#include "mmdeploy/transform/step.h"
#include "mmdeploy/transform/top_down_get_bbox_center_scale/top_down_get_bbox_center_scale.h"

namespace mmdeploy {
namespace {

constexpr float kPixelsPerScale = 200;
constexpr float kDegree = 3.1415926F / 180;
constexpr int kMaxSide = 32766;  // cv::warpAffine's positions have 16 bits

// An affine map from the image to the network's input, row by row.
using AffineMatrix = std::array<double, 6>;

// The point that makes a right angle at `b` with `a`.
cv::Point2f RightAngle(cv::Point2f a, cv::Point2f b) {
  const cv::Point2f side = a - b;
  return b + cv::Point2f(-side.y, side.x);
}

Result<AffineMatrix> UprightMatrix(const TopDownAffine::Args& args, Point center, Point scale,
                                   float degrees) {
  const float half_width = -0.5F * scale.x * kPixelsPerScale;
  const float sin = std::sin(degrees * kDegree);
  const float cos = std::cos(degrees * kDegree);
  const auto width = static_cast<float>(args.width);
  const auto height = static_cast<float>(args.height);
  cv::Point2f from[3] = {{center.x, center.y}};
  from[1] = from[0] + cv::Point2f(-half_width * sin, half_width * cos);
  from[2] = RightAngle(from[0], from[1]);
  cv::Point2f to[3] = {{width * 0.5F, height * 0.5F}};
  to[1] = to[0] + cv::Point2f(0, -0.5F * width);
  to[2] = RightAngle(to[0], to[1]);
  AffineMatrix matrix{};
  MMDEPLOY_TRYV(CallOpenCv("cv::getAffineTransform", kNoPixels, [&] {
    cv::Mat out(2, 3, CV_64F, matrix.data());
    cv::getAffineTransform(from, to).copyTo(out);
  }));
  return matrix;
}

AffineMatrix UdpMatrix(const TopDownAffine::Args& args, Point center, Point scale, float degrees) {
  const float width = scale.x * kPixelsPerScale;
  const float height = scale.y * kPixelsPerScale;
  const float x = static_cast<float>(args.width - 1) / width;
  const float y = static_cast<float>(args.height - 1) / height;
  const float sin = std::sin(degrees * kDegree);
  const float cos = std::cos(degrees * kDegree);
  return {cos * x, -sin * x, x * (-center.x * cos + center.y * sin + 0.5F * width),
          sin * y, cos * y,  y * (-center.x * sin - center.y * cos + 0.5F * height)};
}

// A box without area, or one that is not a number, has no map.
bool IsUsable(Point center, Point scale, float degrees) {
  return std::isfinite(center.x) && std::isfinite(center.y) && std::isfinite(scale.x) &&
         std::isfinite(scale.y) && std::isfinite(degrees) && scale.x > 0 && scale.y > 0;
}

}  // namespace

Result<void> TopDownAffine::Run(Sample& sample, const TransformContext& context) const {
  MMDEPLOY_TRY(const ImageShape in, CheckPixels(sample.img));
  ImageMeta& meta = sample.meta;
  if (!meta.center || !meta.scale) {
    const float aspect_ratio = static_cast<float>(args_.width) / static_cast<float>(args_.height);
    const auto [center, scale] = BoxToCenterScale(BoxOf(sample), aspect_ratio, 1.25F);
    meta.center = center;
    meta.scale = scale;
  }
  MMDEPLOY_ENSURE(IsUsable(*meta.center, *meta.scale, meta.rotation), Code::kInvalidArgument,
                  "box has centre ({}, {}), scale ({}, {}) and rotation {}; all must be finite "
                  "and the scale above 0",
                  meta.center->x, meta.center->y, meta.scale->x, meta.scale->y, meta.rotation);
  MMDEPLOY_ENSURE(in.height <= kMaxSide && in.width <= kMaxSide, Code::kOutOfRange,
                  "image is {}x{} (height x width), allowed: sides up to {}", in.height, in.width,
                  kMaxSide);
  AffineMatrix matrix = UdpMatrix(args_, *meta.center, *meta.scale, meta.rotation);
  if (!args_.use_udp) {
    MMDEPLOY_TRY(matrix, UprightMatrix(args_, *meta.center, *meta.scale, meta.rotation));
  }
  const ImageShape shape{args_.height, args_.width, in.channels};
  MMDEPLOY_TRY(Tensor out, AllocatePixels(sample.img.dtype(), shape, context));
  cv::Mat to = AsMat(out);
  MMDEPLOY_TRYV(CallOpenCv("cv::warpAffine", int64_t{args_.height} * args_.width, [&] {
    cv::warpAffine(AsMat(sample.img), to, cv::Mat(2, 3, CV_64F, matrix.data()), to.size(),
                   cv::INTER_LINEAR);
  }));
  sample.img = std::move(out);
  meta.img_shape = shape;
  return {};
}

Result<StaticSample> TopDownAffine::Infer(const StaticSample& in) const {
  MMDEPLOY_TRYV(ExpectInterleaved(in.img));
  StaticSample out = in;
  out.img.height = args_.height;
  out.img.width = args_.width;
  return out;
}

namespace {

Result<std::unique_ptr<Transform>> Create(JsonReader& reader, const TransformOptions&) {
  TopDownAffine::Args args;
  const auto size = RequireIntPair(reader, "image_size", 1, kMaxSide);
  args.width = size.first;
  args.height = size.second;
  reader.Read("use_udp", &args.use_udp);
  reader.Ignore({"backend"});
  return MakeStep<TopDownAffine>(reader, args);
}

}  // namespace

TransformType top_down_affine_transform() { return {"TopDownAffine", Create}; }

}  // namespace mmdeploy
