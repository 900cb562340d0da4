#pragma once

#include "mmdeploy/transform/geometry/geometry.h"

namespace mmdeploy {

// Scales a line of text to a height, and pads it at the right to a fixed width.
class ResizeOcr : public GeometricTransform {
 public:
  struct Args {
    int height = 0;
    int min_width = -1, max_width = -1;  // -1: no limit
    bool keep_aspect_ratio = true;
    int width_multiple = 16;  // the width is rounded to a multiple of it
    PadValue pad_value{};
  };

  explicit ResizeOcr(Args args) : args_(args) {}

  Result<Geometry> Plan(const ImageShape& in, const Sample& sample) const override;
  void Note(const Geometry& geometry, const ImageShape& in, ImageMeta* meta) const override;

 protected:
  std::pair<int, int> FixedSize() const override { return {args_.height, args_.max_width}; }
  bool needs_sample() const override { return true; }

 private:
  // The width that keeps the aspect ratio of the original image.
  Result<int> TextWidth(const ImageShape& original) const;

  Args args_;
};

}  // namespace mmdeploy
