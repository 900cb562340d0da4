#pragma once

#include "mmdeploy/base/geometry.h"
#include "mmdeploy/base/result.h"

namespace mmdeploy {

// Coordinates of quads and boxes are below this, in pixels from the image's corner.
constexpr float kFarthest = 1e9F;

// Whether WarpBbox can cut a quad out of an image; callers who have the quad's number ask before.
// Errors: kInvalidArgument for a corner that is no number or too far away, or a side that is too
// long.
Result<void> CheckQuad(const Quad& quad);

}  // namespace mmdeploy
