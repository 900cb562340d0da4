#include "mmdeploy/codebase/mmocr/head/outlines.h"

#include <algorithm>
#include <cstring>

#include "mmdeploy/codebase/mmocr/head/rows.h"

namespace mmdeploy::mmocr {
namespace {

// Pixels that an outline passed, the second ones with nothing at their right.
constexpr uint8_t kUnseen = 1, kSeen = 2, kLast = 3;

// Directions, from the right on against the clock as seen.
constexpr int kRight = 0, kLeft = 4;
const cv::Point kSteps[8] = {{1, 0}, {1, -1}, {0, -1}, {-1, -1}, {-1, 0}, {-1, 1}, {0, 1}, {1, 1}};

// Follows borders as S. Suzuki and K. Abe do it (Topological structural analysis of digitized
// binary images by border following, 1985).
class Tracer {
 public:
  explicit Tracer(const Mask& mask) : mask_(mask) {
    for (int i = 0; i < 16; ++i) offsets_[i] = kSteps[i % 8].y * mask.stride + kSteps[i % 8].x;
  }

  // The border of a pixel beside which there is nothing in direction `empty`.
  Polygon Trace(cv::Point place, int empty) {
    corners_.clear();
    uint8_t* const start = mask_.data + place.y * mask_.stride + place.x;
    int way = empty;
    do {
      way = (way + 7) % 8;
    } while (way != empty && start[offsets_[way]] == 0);
    if (way == empty) {
      *start = kLast;
      return {place};
    }
    uint8_t* const end = start + offsets_[way];
    uint8_t* pixel = start;
    int before = (way + 4) % 8;
    for (;;) {
      const int next = TurnTo(pixel, way);
      if (next % 8 != before) corners_.push_back(place);
      before = next % 8;
      place += kSteps[before];
      uint8_t* const neighbor = pixel + offsets_[before];
      if (neighbor == start && pixel == end) return corners_;
      pixel = neighbor;
      way = (before + 4) % 8;
    }
  }

 private:
  // The next direction behind `way` in which there is a pixel, up to 8 more than it; marks the
  // pixel.
  int TurnTo(uint8_t* pixel, int way) {
    int next = way + 1;
    while (pixel[offsets_[next]] == 0) ++next;
    if (next > 8) {
      *pixel = kLast;
    } else if (*pixel == kUnseen) {
      *pixel = kSeen;
    }
    return next;
  }

  const Mask mask_;
  int64_t offsets_[16];
  Polygon corners_;
};

}  // namespace

std::vector<Polygon> FindOutlines(const Mask& mask, const cv::Range& rows) {
  Tracer tracer(mask);
  std::vector<Polygon> outlines;
  for (int y = rows.start; y < rows.end; ++y) {
    const uint8_t* row = mask.data + y * mask.stride;
    for (int x = 0;;) {
      x += static_cast<int>(CountZeros(row + x, mask.width - x));
      if (x == mask.width) break;
      if (row[x] == kUnseen) outlines.push_back(tracer.Trace({x, y}, kLeft));
      // Behind the row there is a 0.
      x = static_cast<int>(
          static_cast<const uint8_t*>(std::memchr(row + x, 0, size_t(mask.width - x + 1))) - row);
      if (row[x - 1] != kLast) outlines.push_back(tracer.Trace({x - 1, y}, kRight));
    }
  }
  std::reverse(outlines.begin(), outlines.end());
  return outlines;
}

}  // namespace mmdeploy::mmocr
