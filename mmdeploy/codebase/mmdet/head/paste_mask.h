#pragma once

#include <cstdint>

namespace mmdeploy {

// One row of the network's masks: scores [height,width] over a box.
struct MaskView {
  const float* scores = nullptr;
  int64_t height = 0, width = 0;
};

// Where pixels of an image lie in a mask: pixel i at `first` + i * `step`, in pixels of the mask (0
// is the centre of the first one).
struct MaskAxis {
  double first = 0, step = 1;
  int64_t count = 0;

  // Of the pixels [begin, end) for a mask of `size` that covers [low, high) of the image.
  static MaskAxis OfBox(int64_t begin, int64_t end, float low, float high, int64_t size);
};

// Which pixels of an image belong to an object: 255 where the score between the four nearest
// centres of the mask, beyond which there are zeros, is above the threshold, else 0. `pixels` has
// y.count rows of x.count.
void PasteMask(const MaskView& mask, const MaskAxis& y, const MaskAxis& x, float threshold,
               uint8_t* pixels);

// The same, pixel by pixel: what it means.
void PasteMaskReference(const MaskView& mask, const MaskAxis& y, const MaskAxis& x, float threshold,
                        uint8_t* pixels);

}  // namespace mmdeploy
