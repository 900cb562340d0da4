#pragma once

#include "mmdeploy/transform/geometry/geometry.h"

namespace mmdeploy {

// Scales the short side to a length and both sides up to a multiple; what it varies at random while
// training is fixed here.
class ShortScaleAspectJitter : public GeometricTransform {
 public:
  struct Args {
    int short_size = 736;
    int scale_divisor = 1;
  };

  explicit ShortScaleAspectJitter(Args args) : args_(args) {}

  Result<Geometry> Plan(const ImageShape& in, const Sample& sample) const override;
  void Note(const Geometry& geometry, const ImageShape& in, ImageMeta* meta) const override;

 private:
  Args args_;
};

}  // namespace mmdeploy
