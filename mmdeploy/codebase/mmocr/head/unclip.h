#pragma once

#include "mmdeploy/codebase/mmocr/head/polygon.h"

// The network is trained on shrunk texts: polygons are moved outwards by area * ratio / perimeter,
// with round corners.
namespace mmdeploy::mmocr {

// The moved polygon as Clipper gives it. Several that come out are taken together, as in mmocr, if
// they have equally many corners; else it is empty.
Polygon UnclipByClipper(const Polygon& polygon, double ratio);

// Points with the same convex hull, in an order in which OpenCV finds the same rectangle around
// them, down to its first corner. Convex polygons take a quarter of the time.
Polygon Unclip(const Polygon& polygon, double ratio);

}  // namespace mmdeploy::mmocr
