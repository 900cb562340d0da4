#pragma once

#include "mmdeploy/transform/geometry/geometry.h"

namespace mmdeploy {

// Scales the image to fit a frame and pads it to that frame on all sides.
class LetterResize : public GeometricTransform {
 public:
  struct Args {
    int height = 0, width = 0;
    bool allow_scale_up = true;
    bool use_mini_pad = false;  // pad to a multiple of 32 only
    bool stretch_only = false;  // fill the frame, whatever becomes of the aspect ratio
    PadValue pad_value{};
    Resampling resampling;
  };

  explicit LetterResize(Args args) : args_(args) {}

  Result<Geometry> Plan(const ImageShape& in, const Sample& sample) const override;
  void Note(const Geometry& geometry, const ImageShape& in, ImageMeta* meta) const override;

 protected:
  std::pair<int, int> FixedSize() const override;
  Resampling resampling() const override { return args_.resampling; }

 private:
  // How much wider and higher the image gets, before rounding.
  std::pair<float, float> Ratios(const ImageShape& in) const;

  Args args_;
};

}  // namespace mmdeploy
