#pragma once

#include "mmdeploy/transform/geometry/geometry.h"

namespace mmdeploy {

// Scales a line of text to a height; the width follows, within limits.
class RescaleToHeight : public GeometricTransform {
 public:
  struct Args {
    int height = 0;
    int min_width = -1, max_width = -1;  // -1: no limit
    int width_divisor = 1;               // the width is rounded to a multiple of it
  };

  explicit RescaleToHeight(Args args) : args_(args) {}

  Result<Geometry> Plan(const ImageShape& in, const Sample& sample) const override;
  void Note(const Geometry& geometry, const ImageShape& in, ImageMeta* meta) const override;

 protected:
  std::pair<int, int> FixedSize() const override { return {args_.height, -1}; }
  bool needs_sample() const override { return true; }

 private:
  Args args_;
};

}  // namespace mmdeploy
