#include "mmdeploy/codebase/mmpose/head/heatmap.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "mmdeploy/codebase/mmpose/head/blur.h"

namespace mmdeploy {
namespace {

float Sign(float value) { return static_cast<float>((value > 0) - (value < 0)); }

// Whether a cell has two neighbours to the left and above, and `after` to the right and below.
bool IsInside(const HeatMap& map, const Peak& peak, int after) {
  return peak.x > 1 && peak.x < map.width - after && peak.y > 1 && peak.y < map.height - after;
}

// A quarter of a cell towards the larger neighbour, and `shift` in both directions. `cells` has
// those around the peak.
template <class Cells>
Point Quarter(const HeatMap& map, const Cells& cells, const Peak& peak, float shift) {
  Point place = peak.place();
  if (!IsInside(map, peak, 1)) return place;
  place.x += 0.25F * Sign(cells.At(peak.x + 1, peak.y) - cells.At(peak.x - 1, peak.y)) + shift;
  place.y += 0.25F * Sign(cells.At(peak.x, peak.y + 1) - cells.At(peak.x, peak.y - 1)) + shift;
  return place;
}

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
std::array<float, 25> Blurred5x5(const Kernel& kernel, const HeatMap& map, const Peak& peak) {
  auto cells = kernel.Blur<5>(map, peak.x, peak.y, Border::kZero);
  if (*std::min_element(cells.begin(), cells.end()) > 10 * kLeastValue) return cells;
  PartialBlur blur(kernel, map.height, map.width, Border::kZero);
  const BlurredPart blurred = blur.Of(map, {0, 0, map.width, map.height});
  const float factor = peak.value / blurred.largest;
  for (int i = 0; i < 25; ++i) {
    cells[size_t(i)] = factor * blurred.At(peak.x - 2 + i % 5, peak.y - 2 + i / 5);
  }
  return cells;
}

Point Taylor(const Kernel& kernel, const HeatMap& map, const Peak& peak) {
  Point place = peak.place();
  if (!IsInside(map, peak, 2)) return place;
  const auto cells = Blurred5x5(kernel, map, peak);
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

// From a cell to the top of the parabola that unbiased data processing takes; `at(x, y)` is the
// blurred value of the cell that far away.
template <class At>
Point UdpStep(const At& at) {
  // In floats and in the order of mmpose: of nearly equal values little but the rounding is left.
  const auto log = [&](int x, int y) {
    return static_cast<float>(std::log(double{std::clamp(at(x, y), 0.001F, 50.F)}));
  };
  constexpr double kEpsilon = 1.1920929e-07;  // mmpose adds it to the diagonal
  const float center = log(0, 0), right = log(1, 0), left = log(-1, 0);
  const float below = log(0, 1), above = log(0, -1);
  const float dxx = right - 2 * center + left, dyy = below - 2 * center + above;
  const float dxy =
      0.5F * (log(1, 1) - right - below + center + center - left - above + log(-1, -1));
  const Parabola parabola{0.5F * (right - left), 0.5F * (below - above), dxx + kEpsilon, dxy,
                          dyy + kEpsilon};
  return parabola.Step(0);
}

Point Udp(const Kernel& kernel, const HeatMap& map, const Peak& peak) {
  const auto cells = kernel.Blur<3>(map, peak.x, peak.y, Border::kMirror);
  const Point step = UdpStep([&](int x, int y) {  // beyond the map lies its last cell
    const int column = std::clamp(peak.x + x, 0, map.width - 1) - peak.x;
    const int row = std::clamp(peak.y + y, 0, map.height - 1) - peak.y;
    return cells[size_t((row + 1) * 3 + column + 1)];
  });
  return {static_cast<float>(peak.x) + step.x, static_cast<float>(peak.y) + step.y};
}

// The same with OpenCV's order of sums, which is another one for small kernels: of a map that is
// constant along an axis the last bit decides.
Point UdpOfSmallKernel(PartialBlur* blur, const HeatMap& map, const Peak& peak) {
  const int left = std::max(peak.x - 1, 0), top = std::max(peak.y - 1, 0);
  const int right = std::min(peak.x + 1, map.width - 1);
  const int bottom = std::min(peak.y + 1, map.height - 1);
  const BlurredPart cells = blur->Of(map, {left, top, right - left + 1, bottom - top + 1});
  const Point step = UdpStep([&](int x, int y) {
    return cells.At(std::clamp(peak.x + x, left, right), std::clamp(peak.y + y, top, bottom));
  });
  return {static_cast<float>(peak.x) + step.x, static_cast<float>(peak.y) + step.y};
}

// Of a map without a positive value. mmpose lays the maps of all points one behind the other, each
// with a border of one cell, and looks at (-1, -1), the first cell of the border: right of it and
// below lies the first cell of the map, left of it and above the last row of the map before.
// Bit by bit as OpenCV blurs: where one neighbour is equal, rounding decides.
Point UdpWithoutPeak(PartialBlur* blur, const HeatMap& map, const HeatMap& previous) {
  const auto blurred = [&](const HeatMap& of, int x, int y) {
    return blur->Of(of, {x, y, 1, 1}).At(x, y);
  };
  const float here = blurred(map, 0, 0);
  const float above = blurred(previous, 0, previous.height - 1);
  const float left = blurred(previous, previous.width - 1, previous.height - 1);
  const Point step = UdpStep([&](int x, int y) { return x < 0 ? left : y < 0 ? above : here; });
  return {step.x - 1, step.y - 1};
}

using Mode = HeatmapDecoding::Mode;

// Maps of one size, one behind the other.
struct Maps {
  const float* data;
  int count, height, width;

  HeatMap At(int number) const {
    return {data + static_cast<int64_t>(number) * height * width, height, width};
  }
};

// Reads the points of maps.
class MapReader {
 public:
  MapReader(const HeatmapDecoding& decoding, const Kernel& kernel, const Kernel& wide,
            const Maps& maps)
      : mode_(decoding.mode),
        kernel_(kernel),
        unit_(decoding.valid_radius_factor * static_cast<float>(maps.height)),
        maps_(maps) {
    if (mode_ == Mode::kMegvii) blur_.emplace(kernel, maps.height, maps.width, Border::kZero);
    if (mode_ == Mode::kUdpOffsets) blur_.emplace(wide, maps.height, maps.width, Border::kMirror);
    if (mode_ == Mode::kUdp && kernel.radius() <= Kernel::kSmall) {
      blur_.emplace(kernel, maps.height, maps.width, Border::kMirror);
    }
  }

  // `first` is the number of the first map of the point.
  MapPoint Read(int first) {
    const HeatMap map = maps_.At(first);
    if (mode_ == Mode::kMegvii) return Megvii(map);
    if (mode_ == Mode::kUdpOffsets) return UdpOffsets(first);
    const Peak peak = FindPeak(map);
    MapPoint point{peak.place(), peak.value};
    if (!peak.found()) {
      if (mode_ == Mode::kUdp) point.place = UdpBesideTheMap(first);
      return point;
    }
    if (mode_ == Mode::kQuarter) point.place = Quarter(map, map, peak, 0);
    if (mode_ == Mode::kUdp) {
      point.place = blur_ ? UdpOfSmallKernel(&*blur_, map, peak) : Udp(kernel_, map, peak);
    }
    if (mode_ == Mode::kTaylor) point.place = Taylor(kernel_, map, peak);
    return point;
  }

 private:
  MapPoint Megvii(const HeatMap& map) {
    float largest = 0;
    BlurredPart blurred = blur_->AroundPeak(map, 1, &largest);
    if (!(largest > 0)) return {Peak().place(), largest / 255 + 0.5F};
    blurred.Scale(largest / blurred.largest);  // the largest one is what it was
    const Peak peak = blurred.FindPeak();
    const Point place = peak.found() ? Quarter(map, blurred, peak, 0.5F) : peak.place();
    return {place, peak.value / 255 + 0.5F};
  }

  Point UdpBesideTheMap(int number) {
    PartialBlur blur(kernel_, maps_.height, maps_.width, Border::kMirror);
    // Before the first map lies the last one.
    const int previous = (number == 0 ? maps_.count : number) - 1;
    return UdpWithoutPeak(&blur, maps_.At(number), maps_.At(previous));
  }

  // Behind the map, which says how likely, follow those of offsets in x and in y.
  MapPoint UdpOffsets(int first) {
    float largest = 0;
    const Peak peak = blur_->AroundPeak(maps_.At(first), 0, &largest).FindPeak();
    MapPoint point{peak.place(), peak.value};
    // mmpose numbers the cells of all maps of offsets in a row, and looks at the cell of the place,
    // whatever it is: (-1, -1) lies in the map before, and before the first map the last one.
    const int64_t size = int64_t{maps_.height} * maps_.width;
    const int64_t total = maps_.count / 3 * size;
    const int64_t at = first / 3 * size + int64_t{peak.y} * maps_.width + peak.x;
    const int64_t cell = (at % total + total) % total;
    const auto offset = [&](int number) {
      const int map = static_cast<int>(cell / size) * 3 + number;
      const int x = static_cast<int>(cell % maps_.width);
      const int y = static_cast<int>(cell % size / maps_.width);
      return kernel_.Blur<1>(maps_.At(map), x, y, Border::kMirror)[0] * unit_;
    };
    point.place.x += offset(1);
    point.place.y += offset(2);
    return point;
  }

  const Mode mode_;
  const Kernel& kernel_;
  const float unit_;
  const Maps maps_;
  std::optional<PartialBlur> blur_;
};

}  // namespace

HeatmapDecoder::HeatmapDecoder(const HeatmapDecoding& decoding)
    : decoding_(decoding), kernel_(decoding.kernel), wide_(2 * decoding.kernel + 1) {}

Result<std::vector<MapPoint>> HeatmapDecoder::Decode(const float* maps, int count, int height,
                                                     int width) const {
  const int maps_of_point = decoding_.mode == Mode::kUdpOffsets ? 3 : 1;
  MMDEPLOY_ENSURE(count % maps_of_point == 0, Code::kFail,
                  "the network gives {} maps; with target_type 'CombinedTarget' a point has three",
                  count);
  MapReader reader(decoding_, kernel_, wide_, {maps, count, height, width});
  std::vector<MapPoint> points;
  points.reserve(static_cast<size_t>(count / maps_of_point));
  for (int i = 0; i < count; i += maps_of_point) points.push_back(reader.Read(i));
  return points;
}

}  // namespace mmdeploy
