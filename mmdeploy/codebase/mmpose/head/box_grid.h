#pragma once

#include "mmdeploy/base/result.h"
#include "mmdeploy/transform/transform.h"

namespace mmdeploy {

// Where the cells of a grid over the network's input lie in the original image.
struct BoxGrid {
  Point origin;  // of cell (0, 0)
  Point step;    // from one cell to the next

  Point ToImage(const Point& cell) const {
    return {cell.x * step.x + origin.x, cell.y * step.y + origin.y};
  }
};

// The grid of `width` x `height` cells over the box that was cut out. `between_centers`: the box
// ends in the centres of the outer cells (unbiased data processing), not at their edges.
// Errors: kFail if preprocessing noted no box, or the grid is too small.
Result<BoxGrid> GridOf(const ImageMeta& meta, int width, int height, bool between_centers);

}  // namespace mmdeploy
