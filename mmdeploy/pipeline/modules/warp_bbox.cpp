#include <algorithm>
#include <array>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "mmdeploy/pipeline/modules/fields.h"
#include "mmdeploy/pipeline/modules/images.h"
#include "mmdeploy/pipeline/modules/modules.h"
#include "mmdeploy/pipeline/modules/warp_bbox.h"
#include "mmdeploy/pipeline/modules/warp_pixels.h"
#include "mmdeploy/transform/pixels/opencv.h"

namespace mmdeploy {
namespace {

constexpr int kMaxSide = 32766;  // cv::warpAffine's positions have 16 bits

// The corners at the nearest whole pixels, clockwise as seen, the first one nearest to the top left
// of their bounding box: whoever found them may have begun anywhere and gone either way.
std::array<cv::Point2d, 4> Ordered(const Quad& quad) {
  std::array<cv::Point2d, 4> corners;
  for (size_t i = 0; i < 4; ++i) corners[i] = {std::rint(quad[i].x), std::rint(quad[i].y)};
  const auto higher = [](const cv::Point2d& a, const cv::Point2d& b) {
    return a.y != b.y ? a.y < b.y : a.x < b.x;
  };
  std::iter_swap(corners.begin(), std::min_element(corners.begin(), corners.end(), higher));
  const cv::Point2d pivot = corners[0];
  // The others lie below, at angles from 0 to half a turn.
  const auto angle = [&](const cv::Point2d& a) { return std::atan2(a.y - pivot.y, a.x - pivot.x); };
  std::stable_sort(corners.begin() + 1, corners.end(),
                   [&](const auto& a, const auto& b) { return angle(a) < angle(b); });
  cv::Point2d top_left = pivot;
  for (const auto& corner : corners) top_left.x = std::min(top_left.x, corner.x);
  // Of two that are equally near, at half a right angle, the left one.
  const auto nearer = [&](const cv::Point2d& a, const cv::Point2d& b) {
    const double to_a = cv::norm(a - top_left), to_b = cv::norm(b - top_left);
    return to_a != to_b ? to_a < to_b : a.x < b.x;
  };
  std::rotate(corners.begin(), std::min_element(corners.begin(), corners.end(), nearer),
              corners.end());
  return corners;
}

// How a patch lies in the image: pixel (x, y) of it is the image's at origin + x * right + y *
// down.
struct Placement {
  cv::Point2d origin, right, down;
  int width = 1, height = 1;

  // Whether pixels of the patch are pixels of the image.
  bool is_upright() const { return right == cv::Point2d(1, 0) && down == cv::Point2d(0, 1); }
};

cv::Point2d Direction(const cv::Point2d& side, const cv::Point2d& otherwise) {
  const double length = cv::norm(side);
  return length > 0 ? side / length : otherwise;
}

// Where the patch of a quad lies. One whose height is more than `max_aspect` times its width holds
// text that runs downwards, and is turned to the left. Errors: those of CheckQuad.
Result<Placement> Place(const Quad& quad, double max_aspect) {
  MMDEPLOY_TRYV(CheckQuad(quad));
  auto corners = Ordered(quad);
  if (cv::norm(corners[2] - corners[1]) > max_aspect * cv::norm(corners[1] - corners[0])) {
    std::rotate(corners.begin(), corners.begin() + 1, corners.end());
  }
  const cv::Point2d across = corners[1] - corners[0], along = corners[2] - corners[1];
  const double width = cv::norm(across), height = cv::norm(along);
  Placement placement;
  placement.origin = corners[0];
  placement.right = Direction(across, {1, 0});
  placement.down = Direction(along, {-placement.right.y, placement.right.x});
  // A quad without area still is a picture, of one row or column.
  placement.width = std::max(1, static_cast<int>(width));
  placement.height = std::max(1, static_cast<int>(height));
  return placement;
}

bool LiesInside(const Placement& placement, const Image& image) {
  return placement.origin.x >= 0 && placement.origin.y >= 0 &&
         placement.origin.x + placement.width <= image.width &&
         placement.origin.y + placement.height <= image.height;
}

int64_t PixelBytes(const Image& image) {
  return NumChannels(image.format) * static_cast<int64_t>(SizeOf(image.dtype));
}

// Whether no pixel of the patch is one of the image.
bool IsOutside(const Placement& placement, const Image& image) {
  const cv::Point2d far =
      placement.origin + placement.right * placement.width + placement.down * placement.height;
  const cv::Point2d corners[] = {placement.origin, far,
                                 placement.origin + placement.right * placement.width,
                                 placement.origin + placement.down * placement.height};
  double left = far.x, right = far.x, top = far.y, bottom = far.y;
  for (const cv::Point2d& corner : corners) {
    left = std::min(left, corner.x);
    right = std::max(right, corner.x);
    top = std::min(top, corner.y);
    bottom = std::max(bottom, corner.y);
  }
  return right < -1 || bottom < -1 || left > image.width || top > image.height;
}

// The patch as a view of the image's memory.
Image View(const Placement& placement, Image image) {
  image.row_stride = image.stride();
  image.data += static_cast<int64_t>(placement.origin.y) * image.row_stride +
                static_cast<int64_t>(placement.origin.x) * PixelBytes(image);
  image.width = placement.width;
  image.height = placement.height;
  return image;
}

// A patch of its own; black where it leaves the image.
Result<Image> Warp(const Placement& placement, const Image& image, BufferPool* pool) {
  MMDEPLOY_ENSURE(image.height <= kMaxSide && image.width <= kMaxSide, Code::kOutOfRange,
                  "the image is {}x{} (height x width), allowed: sides up to {}", image.height,
                  image.width, kMaxSide);
  MMDEPLOY_TRY(Image patch, NewImage(image, placement.height, placement.width, pool));
  std::array<double, 6> matrix = {placement.right.x, placement.down.x, placement.origin.x,
                                  placement.right.y, placement.down.y, placement.origin.y};
  if (IsOutside(placement, image)) {
    AsMat(patch).setTo(cv::Scalar::all(0));
    return patch;
  }
  const bool has_three_bytes = image.dtype == DataType::kUint8 && NumChannels(image.format) == 3;
  if (has_three_bytes && image.height * image.stride() < INT32_MAX) {
    WarpPixels({image.data, image.height, image.width, image.stride()}, matrix, patch.height,
               patch.width, const_cast<uint8_t*>(patch.data));
    return patch;
  }
  MMDEPLOY_TRYV(CallOpenCv("cv::warpAffine", int64_t{patch.height} * patch.width, [&] {
    cv::Mat to = AsMat(patch);
    cv::warpAffine(AsMat(image), to, cv::Mat(2, 3, CV_64F, matrix.data()), to.size(),
                   cv::INTER_LINEAR | cv::WARP_INVERSE_MAP);
  }));
  return patch;
}

Result<Image> CutOut(const Quad& quad, double max_aspect, const Image& image, BufferPool* pool) {
  MMDEPLOY_TRY(const Placement placement, Place(quad, max_aspect));
  if (placement.is_upright() && LiesInside(placement, image)) return View(placement, image);
  return Warp(placement, image, pool);
}

// Cuts the quad of a text out of an image and turns it upright (sdk interface 16.7). Without a quad
// (Null) the image is answered.
class WarpBbox : public Module {
 public:
  explicit WarpBbox(double max_aspect) : max_aspect_(max_aspect) {
    signature_.inputs = {EdgeType{{Kind::kImage, Kind::kSample}, 0, {}},
                         EdgeType{KindsWith<Quad>("bbox") | Kind::kNull, 0, {}}};
    signature_.outputs = {EdgeType{Kind::kImage, 0, {}}};
    signature_.outputs[0].of_cut_image = true;
  }

  const Signature& signature() const override { return signature_; }

  Result<Values> Run(Span<const Value> inputs, const RunContext& context) const override {
    if (!inputs[1].is_record() && inputs[0].kind() == Kind::kImage) return Values{inputs[0]};
    MMDEPLOY_TRY(Image image, PixelsOf(inputs[0], "cut"));
    if (inputs[1].is_record()) {
      MMDEPLOY_TRY(image, CutOut(*FieldOf<Quad>(inputs[1].record(), "bbox"), max_aspect_, image,
                                 context.pool));
    }
    return Values{Value(std::move(image))};
  }

 private:
  Signature signature_;
  const double max_aspect_;
};

// The same for all quads of an image: the form of 0.x, before a Flatten node.
class WarpBoxes : public Module {
 public:
  explicit WarpBoxes(double max_aspect) : max_aspect_(max_aspect) {
    signature_.inputs = {EdgeType{{Kind::kImage, Kind::kSample}, 0, {}},
                         EdgeType{KindsWith<Quad>("bbox"), 1, {}}};
    signature_.outputs = {EdgeType{Kind::kImage, 1, {}}};
    signature_.outputs[0].of_cut_image = true;
  }

  const Signature& signature() const override { return signature_; }

  Result<Values> Run(Span<const Value> inputs, const RunContext& context) const override {
    MMDEPLOY_TRY(const Image image, PixelsOf(inputs[0], "cut"));
    Value::List patches;
    for (const Value& text : inputs[1].list()) {
      MMDEPLOY_TRY(Image patch,
                   CutOut(*FieldOf<Quad>(text.record(), "bbox"), max_aspect_, image, context.pool));
      patches.emplace_back(std::move(patch));
    }
    return Values{Value(std::move(patches))};
  }

 private:
  Signature signature_;
  const double max_aspect_;
};

template <class Warper>
Result<std::unique_ptr<Module>> Create(JsonReader& args, const ModuleEnv& env) {
  MMDEPLOY_TRY(JsonReader reader, ParamsOf(args, env));
  double max_aspect = 1;
  reader.Read("max_aspect", &max_aspect, 0.0, 1e9);
  MMDEPLOY_TRYV(reader.Finish());
  return std::make_unique<Warper>(max_aspect);
}

}  // namespace

Result<void> CheckQuad(const Quad& quad) {
  for (const Point& corner : quad) {
    // Sums and differences of such numbers are exact.
    const bool valid = std::abs(corner.x) < kFarthest && std::abs(corner.y) < kFarthest;
    MMDEPLOY_ENSURE(valid, Code::kInvalidArgument,
                    "the quad has a corner at ({}, {}), expected numbers between -1e9 and 1e9",
                    corner.x, corner.y);
  }
  const auto corners = Ordered(quad);
  const double width = cv::norm(corners[1] - corners[0]);
  const double height = cv::norm(corners[2] - corners[1]);
  MMDEPLOY_ENSURE(width <= kMaxSide && height <= kMaxSide, Code::kInvalidArgument,
                  "the quad is {:.0f}x{:.0f} pixels (width x height), allowed: sides up to {}",
                  width, height, kMaxSide);
  MMDEPLOY_ENSURE(width * height <= static_cast<double>(Image::kMaxPixels), Code::kInvalidArgument,
                  "the quad is {:.0f}x{:.0f} pixels (width x height), allowed: up to {} of them",
                  width, height, Image::kMaxPixels);
  return {};
}

Result<std::unique_ptr<Module>> CreateWarpBboxModule(JsonReader& args, const ModuleEnv& env) {
  return Create<WarpBbox>(args, env);
}

Result<std::unique_ptr<Module>> CreateWarpBoxesModule(JsonReader& args, const ModuleEnv& env) {
  return Create<WarpBoxes>(args, env);
}

}  // namespace mmdeploy
