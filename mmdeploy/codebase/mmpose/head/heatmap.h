#pragma once

#include <vector>

#include "mmdeploy/base/geometry.h"
#include "mmdeploy/base/result.h"
#include "mmdeploy/codebase/mmpose/head/blur.h"

namespace mmdeploy {

// How places are read from heat maps, as mmpose's keypoints_from_heatmaps does.
struct HeatmapDecoding {
  enum class Mode {
    kMax,         // the cell of the maximum
    kQuarter,     // a quarter of a cell towards the larger neighbours
    kMegvii,      // the same on blurred maps, plus half a cell
    kTaylor,      // DARK: the maximum of a parabola through the logarithm of the blurred map
    kUdp,         // DARK as unbiased data processing does it
    kUdpOffsets,  // three maps of a point: how likely, and offsets in x and y
  };
  Mode mode = Mode::kQuarter;
  int kernel = 11;                         // odd side of the blur
  float valid_radius_factor = 0.0546875F;  // offsets are in units of this times the height
};

// A key point in cells of its map; (-1, -1) where no value is above 0, and what mmpose makes of it:
// with kUdp and kUdpOffsets it reads other cells there, of the previous map (of the first map: of
// the last one) as well.
struct MapPoint {
  Point place;
  float score = 0;
};

// Reads points from maps; what does not depend on them is made once.
class HeatmapDecoder {
 public:
  explicit HeatmapDecoder(const HeatmapDecoding& decoding);

  // The points of `count` maps [count,height,width] without NaN. Errors: kFail if the number of
  // maps is no multiple of three with kUdpOffsets.
  Result<std::vector<MapPoint>> Decode(const float* maps, int count, int height, int width) const;

 private:
  const HeatmapDecoding decoding_;
  const Kernel kernel_, wide_;  // `wide_` is for kUdpOffsets
};

}  // namespace mmdeploy
