#include "mmdeploy/codebase/mmpose/head/heatmap.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "mmdeploy/transform/pixels/opencv.h"

namespace mmdeploy {
namespace {

struct Map {
  const float* data;
  int height, width;

  float At(int x, int y) const { return data[y * width + x]; }
};

// The first of the largest values.
struct Peak {
  int x = -1, y = -1;  // -1 without a positive value
  float value = 0;

  bool found() const { return x >= 0; }
  Point place() const { return {static_cast<float>(x), static_cast<float>(y)}; }
};

constexpr int kLanes = 16;  // independent maxima, of which compilers make vectors

float MaxOf(const float* data, int count) {
  if (count < kLanes) return *std::max_element(data, data + count);
  std::array<float, kLanes> best;
  std::copy_n(data, kLanes, best.begin());
  int i = kLanes;
  for (; i + kLanes <= count; i += kLanes) {
    for (int lane = 0; lane < kLanes; ++lane) {
      const float value = data[i + lane];
      float& largest = best[static_cast<size_t>(lane)];
      largest = value > largest ? value : largest;
    }
  }
  float largest = *std::max_element(best.begin(), best.end());
  for (; i < count; ++i) largest = std::max(largest, data[i]);
  return largest;
}

int FirstOf(const float* data, int count, float value) {
  constexpr int kBlock = 64;
  int begin = 0;
  for (; begin + kBlock <= count; begin += kBlock) {
    int found = 0;
    for (int i = 0; i < kBlock; ++i) found |= data[begin + i] == value;
    if (found) break;
  }
  return static_cast<int>(std::find(data + begin, data + count, value) - data);
}

Peak FindPeak(const Map& map) {
  const int count = map.height * map.width;
  const float largest = MaxOf(map.data, count);
  const int at = largest > 0 ? FirstOf(map.data, count, largest) : count;
  if (at == count) return {-1, -1, largest};
  return {at % map.width, at / map.width, largest};
}

float Sign(float value) { return static_cast<float>((value > 0) - (value < 0)); }

// Whether a cell has two neighbours to the left and above, and `after` to the right and below.
bool IsInside(const Map& map, const Peak& peak, int after) {
  return peak.x > 1 && peak.x < map.width - after && peak.y > 1 && peak.y < map.height - after;
}

// A quarter of a cell towards the larger neighbour, and `shift` in both directions.
Point Quarter(const Map& map, const Peak& peak, float shift) {
  Point place = peak.place();
  if (!IsInside(map, peak, 1)) return place;
  place.x += 0.25F * Sign(map.At(peak.x + 1, peak.y) - map.At(peak.x - 1, peak.y)) + shift;
  place.y += 0.25F * Sign(map.At(peak.x, peak.y + 1) - map.At(peak.x, peak.y - 1)) + shift;
  return place;
}

// The weights of a blur, whose deviation follows from its side as in OpenCV.
class Kernel {
 public:
  explicit Kernel(int side) : radius_(side / 2) {
    const cv::Mat weights = cv::getGaussianKernel(side, 0, CV_32F);
    weights_.assign(weights.begin<float>(), weights.end<float>());
  }

  // The blurred value of a cell of the map [3 or 5 cells around (x, y)], all of them at once: what
  // a parabola needs. Beyond the map lies 0, or its mirror image.
  template <int kSide>
  std::array<float, kSide * kSide> Blur(const Map& map, int x, int y, int border) const {
    constexpr int kHalf = kSide / 2;
    std::array<float, kSide * kSide> out{};
    for (int row = y - kHalf - radius_; row <= y + kHalf + radius_; ++row) {
      const int from = cv::borderInterpolate(row, map.height, border);
      if (from < 0) continue;
      std::array<float, kSide> line{};
      for (int i = 0; i < kSide; ++i) line[size_t(i)] = AlongRow(map, x - kHalf + i, from, border);
      for (int j = 0; j < kSide; ++j) {
        const int tap = row - (y - kHalf + j) + radius_;
        if (tap < 0 || tap > 2 * radius_) continue;
        for (int i = 0; i < kSide; ++i) {
          out[size_t(j * kSide + i)] += weights_[size_t(tap)] * line[size_t(i)];
        }
      }
    }
    return out;
  }

 private:
  float AlongRow(const Map& map, int x, int y, int border) const {
    const float* row = map.data + y * map.width;
    const int begin = x - radius_;
    float sum = 0;
    if (begin >= 0 && x + radius_ < map.width) {
      for (int i = 0; i <= 2 * radius_; ++i) sum += weights_[size_t(i)] * row[begin + i];
      return sum;
    }
    for (int i = 0; i <= 2 * radius_; ++i) {
      const int from = cv::borderInterpolate(begin + i, map.width, border);
      if (from >= 0) sum += weights_[size_t(i)] * row[from];
    }
    return sum;
  }

  int radius_;
  std::vector<float> weights_;
};

// A blurred copy of a map.
class Blurred {
 public:
  static Result<Blurred> Of(const Map& map, int kernel, int border) {
    Blurred out;
    out.values_.create(map.height, map.width, CV_32F);
    const cv::Mat in(map.height, map.width, CV_32F, const_cast<float*>(map.data));
    MMDEPLOY_TRYV(CallOpenCv("cv::GaussianBlur", [&] {
      cv::GaussianBlur(in, out.values_, {kernel, kernel}, 0, 0, border);
    }));
    return out;
  }

  Map map() const { return {values_.ptr<float>(), values_.rows, values_.cols}; }
  // Scales the values so that the largest one is `peak` again.
  void RestoreMax(float peak) {
    values_ *= peak / MaxOf(values_.ptr<float>(), values_.rows * values_.cols);
  }

 private:
  cv::Mat values_;
};

// Slopes and curvatures of the logarithm of a map at its maximum.
struct Parabola {
  double dx, dy, dxx, dxy, dyy;

  // From the maximum of the map to that of the parabola; nothing where it has none, since its
  // curvatures are too small to say where: a map that is flat there.
  Point Step(double least) const {
    const double det = dxx * dyy - dxy * dxy;
    const double x = (dxy * dy - dyy * dx) / det, y = (dxy * dx - dxx * dy) / det;
    if (std::abs(det) <= least || !std::isfinite(x) || !std::isfinite(y)) return {};
    return {static_cast<float>(x), static_cast<float>(y)};
  }
};

constexpr float kLeastValue = 1e-10F;  // before the logarithm
constexpr double kLeastDeterminant = 1e-6;

// The 5 x 5 blurred cells around a maximum, with the map's maximum as it was. The factor only
// matters where a value is near the smallest one: logarithms are moved by it, their slopes are not.
Result<std::array<float, 25>> Blurred5x5(const Kernel& kernel, int side, const Map& map,
                                         const Peak& peak) {
  auto cells = kernel.Blur<5>(map, peak.x, peak.y, cv::BORDER_CONSTANT);
  if (*std::min_element(cells.begin(), cells.end()) > 10 * kLeastValue) return cells;
  MMDEPLOY_TRY(Blurred blurred, Blurred::Of(map, side, cv::BORDER_CONSTANT));
  blurred.RestoreMax(peak.value);
  for (int i = 0; i < 25; ++i) {
    cells[size_t(i)] = blurred.map().At(peak.x - 2 + i % 5, peak.y - 2 + i / 5);
  }
  return cells;
}

Result<Point> Taylor(const Kernel& kernel, int side, const Map& map, const Peak& peak) {
  Point place = peak.place();
  if (!IsInside(map, peak, 2)) return place;
  MMDEPLOY_TRY(const auto cells, Blurred5x5(kernel, side, map, peak));
  const auto at = [&](int x, int y) {
    return std::log(double{std::max(cells[size_t((y + 2) * 5 + x + 2)], kLeastValue)});
  };
  const Parabola parabola{0.5 * (at(1, 0) - at(-1, 0)), 0.5 * (at(0, 1) - at(0, -1)),
                          0.25 * (at(2, 0) - 2 * at(0, 0) + at(-2, 0)),
                          0.25 * (at(1, 1) - at(1, -1) - at(-1, 1) + at(-1, -1)),
                          0.25 * (at(0, 2) - 2 * at(0, 0) + at(0, -2))};
  const Point step = parabola.Step(kLeastDeterminant);
  return Point{place.x + step.x, place.y + step.y};
}

Point Udp(const Kernel& kernel, const Map& map, const Peak& peak) {
  const auto cells = kernel.Blur<3>(map, peak.x, peak.y, cv::BORDER_REFLECT_101);
  // Beyond the map lies its last cell.
  const auto at = [&](int x, int y) {
    const int column = std::clamp(peak.x + x, 0, map.width - 1) - peak.x;
    const int row = std::clamp(peak.y + y, 0, map.height - 1) - peak.y;
    return std::log(double{std::clamp(cells[size_t((row + 1) * 3 + column + 1)], 0.001F, 50.F)});
  };
  constexpr double kEpsilon = 1.1920929e-07;  // mmpose adds it to the diagonal
  const double center = at(0, 0);
  const Parabola parabola{
      0.5 * (at(1, 0) - at(-1, 0)), 0.5 * (at(0, 1) - at(0, -1)),
      at(1, 0) - 2 * center + at(-1, 0) + kEpsilon,
      0.5 * (at(1, 1) - at(1, 0) - at(0, 1) + 2 * center - at(-1, 0) - at(0, -1) + at(-1, -1)),
      at(0, 1) - 2 * center + at(0, -1) + kEpsilon};
  const Point step = parabola.Step(0);
  return {static_cast<float>(peak.x) + step.x, static_cast<float>(peak.y) + step.y};
}

Result<MapPoint> Megvii(int kernel, const Map& map) {
  Peak peak = FindPeak(map);
  Point place = peak.place();
  if (peak.found()) {
    MMDEPLOY_TRY(Blurred blurred, Blurred::Of(map, kernel, cv::BORDER_CONSTANT));
    blurred.RestoreMax(peak.value);
    peak = FindPeak(blurred.map());
    place = peak.found() ? Quarter(blurred.map(), peak, 0.5F) : peak.place();
  }
  return MapPoint{place, peak.value / 255 + 0.5F};
}

// `maps` are three: how likely, offsets in x, offsets in y.
Result<MapPoint> UdpOffsets(const HeatmapDecoding& decoding, const Kernel& kernel,
                            const Map& likely) {
  MMDEPLOY_TRY(const Blurred blurred,
               Blurred::Of(likely, 2 * decoding.kernel + 1, cv::BORDER_DEFAULT));
  const Peak peak = FindPeak(blurred.map());
  MapPoint point{peak.place(), peak.value};
  // mmpose reads the offsets of another cell where no value is positive.
  if (!peak.found()) return point;
  const int cells = likely.height * likely.width;
  const float unit = decoding.valid_radius_factor * static_cast<float>(likely.height);
  const auto offset = [&](int number) {
    const Map map{likely.data + number * cells, likely.height, likely.width};
    return kernel.Blur<1>(map, peak.x, peak.y, cv::BORDER_REFLECT_101)[0] * unit;
  };
  point.place.x += offset(1);
  point.place.y += offset(2);
  return point;
}

Result<MapPoint> DecodeMap(const HeatmapDecoding& decoding, const Kernel& kernel, const Map& map) {
  using Mode = HeatmapDecoding::Mode;
  if (decoding.mode == Mode::kMegvii) return Megvii(decoding.kernel, map);
  if (decoding.mode == Mode::kUdpOffsets) return UdpOffsets(decoding, kernel, map);
  const Peak peak = FindPeak(map);
  MapPoint point{peak.place(), peak.value};
  if (!peak.found()) return point;
  if (decoding.mode == Mode::kQuarter) point.place = Quarter(map, peak, 0);
  if (decoding.mode == Mode::kUdp) point.place = Udp(kernel, map, peak);
  if (decoding.mode == Mode::kTaylor) {
    MMDEPLOY_TRY(point.place, Taylor(kernel, decoding.kernel, map, peak));
  }
  return point;
}

}  // namespace

Result<std::vector<MapPoint>> DecodeHeatmaps(const HeatmapDecoding& decoding, const float* maps,
                                             int count, int height, int width) {
  const int maps_of_point = decoding.mode == HeatmapDecoding::Mode::kUdpOffsets ? 3 : 1;
  MMDEPLOY_ENSURE(count % maps_of_point == 0, Code::kFail,
                  "the network gives {} maps; with target_type 'CombinedTarget' a point has three",
                  count);
  using Mode = HeatmapDecoding::Mode;
  const bool blurs = decoding.mode != Mode::kMax && decoding.mode != Mode::kQuarter;
  const Kernel kernel(blurs ? decoding.kernel : 1);
  std::vector<MapPoint> points;
  points.reserve(static_cast<size_t>(count / maps_of_point));
  for (int i = 0; i < count; i += maps_of_point) {
    const Map map{maps + static_cast<int64_t>(i) * height * width, height, width};
    MMDEPLOY_TRY(points.emplace_back(), DecodeMap(decoding, kernel, map));
  }
  return points;
}

}  // namespace mmdeploy
