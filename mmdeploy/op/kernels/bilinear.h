#pragma once

#include <cstdint>

namespace mmdeploy::op {

// Places in an image of height x width: y[i] + base_y + offset_y[i], and so with x.
struct ShiftedPlaces {
  const float *y, *x;
  float base_y, base_x;
  const float *offset_y, *offset_x;
};

// The four pixels around each of `count` places, with bilinear weights times factors[i] (nullptr:
// 1). Tap t of place i is written at t * tap_step + i, up to the next multiple of kChannelBlock
// places. Pixels outside have weight 0 and number height * width.
void BilinearTaps(const ShiftedPlaces& places, const float* factors, int64_t count, int64_t height,
                  int64_t width, int64_t tap_step, int32_t* pixels, float* weights);

}  // namespace mmdeploy::op
