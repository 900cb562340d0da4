#include "mmdeploy/codebase/mmpose/head/box_grid.h"

namespace mmdeploy {

Result<BoxGrid> GridOf(const ImageMeta& meta, int width, int height, bool between_centers) {
  MMDEPLOY_ENSURE(meta.center && meta.scale, Code::kFail,
                  "the preprocessed image has no center and scale; put TopDownGetBboxCenterScale "
                  "or TopDownAffine into its transforms");
  const int last = between_centers ? 1 : 0;
  MMDEPLOY_ENSURE(width > last && height > last, Code::kFail,
                  "the network's answer is {}x{} (height x width), which {}use_udp has no place in",
                  height, width, between_centers ? "" : "without ");
  const Point size{meta.scale->x * 200, meta.scale->y * 200};
  BoxGrid grid;
  grid.origin = {meta.center->x - size.x * 0.5F, meta.center->y - size.y * 0.5F};
  grid.step = {size.x / static_cast<float>(width - last),
               size.y / static_cast<float>(height - last)};
  return grid;
}

}  // namespace mmdeploy
