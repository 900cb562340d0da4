#pragma once

#include "mmdeploy/transform/geometry/geometry.h"

namespace mmdeploy {

// Cuts the middle out of the image; sides that are already smaller stay.
//
// With `efficientnet_style` it cuts the share crop / (crop + padding) of the short side and scales
// that to the crop size, as mmcls does.
class CenterCrop : public GeometricTransform {
 public:
  struct Args {
    int height = 0, width = 0;
    bool efficientnet_style = false;
    int crop_padding = 32;
    bool half_to_even = false;  // how half a pixel rounds: away from zero, or as Python's round
    Resampling resampling;      // of efficientnet_style
  };

  explicit CenterCrop(Args args) : args_(args) {}

  Result<Geometry> Plan(const ImageShape& in, const Sample& sample) const override;
  void Note(const Geometry& geometry, const ImageShape& in, ImageMeta* meta) const override;

 protected:
  std::pair<int, int> FixedSize() const override;
  Resampling resampling() const override { return args_.resampling; }

 private:
  Args args_;
};

}  // namespace mmdeploy
