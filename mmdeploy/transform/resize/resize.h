#pragma once

#include "mmdeploy/transform/geometry/geometry.h"

namespace mmdeploy {

// Scales the image to a size, or to the largest size that fits a frame (`keep_ratio`).
class Resize : public GeometricTransform {
 public:
  // Which side `length` is for when the other follows from the aspect ratio.
  enum class Side { kShort, kLong, kHeight, kWidth };
  struct Args {
    int height = 0, width = 0;  // both -1: `length` counts
    int length = 0;
    Side side = Side::kShort;
    bool keep_ratio = false;
    Resampling resampling;
  };

  explicit Resize(Args args) : args_(args) {}

  Result<Geometry> Plan(const ImageShape& in, const Sample& sample) const override;
  void Note(const Geometry& geometry, const ImageShape& in, ImageMeta* meta) const override;

 protected:
  std::pair<int, int> FixedSize() const override;
  Resampling resampling() const override { return args_.resampling; }

 private:
  Args args_;
};

}  // namespace mmdeploy
