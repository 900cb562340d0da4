#pragma once

#include "mmdeploy/transform/geometry/geometry.h"

namespace mmdeploy {

// Adds a border at the right and the bottom, up to a square, a size, or a multiple of a divisor
// (the first of these that is asked for); or, with the arguments that MMDeploy 1.x added, around
// the image.
class Pad : public GeometricTransform {
 public:
  struct Centered {  // target side = (side | logical_or) + add
    int logical_or = 0;
    int add = 0;
  };
  struct Args {
    int height = 0, width = 0;  // 0: none
    int divisor_height = 1, divisor_width = 1;
    bool square = false;
    bool orientation_agnostic = false;  // the long side of the size is for the long side
    std::optional<Centered> centered;
    PaddingMode mode = PaddingMode::kConstant;
    PadValue value{};
  };

  explicit Pad(Args args) : args_(args) {}

  Result<Geometry> Plan(const ImageShape& in, const Sample& sample) const override;
  void Note(const Geometry& geometry, const ImageShape& in, ImageMeta* meta) const override;

 protected:
  std::pair<int, int> FixedSize() const override;

 private:
  ImageShape Target(const ImageShape& in) const;

  Args args_;
};

}  // namespace mmdeploy
