#pragma once

#include "mmdeploy/transform/pixels/resample.h"

namespace mmdeploy {

// What a step does to the place of pixels: it crops, then scales, then adds borders; any of the
// three may be nothing.
struct Geometry {
  Window crop;                // of the incoming image
  int height = 0, width = 0;  // of the crop after scaling
  Resampling resampling;
  Borders borders;
  PaddingMode padding_mode = PaddingMode::kConstant;
  PadValue pad_value{};

  // Keeps an image of `shape` as it is; the starting point of every step.
  static Geometry Identity(const ImageShape& shape) {
    Geometry geometry;
    geometry.crop = {0, 0, shape.height, shape.width};
    geometry.height = shape.height;
    geometry.width = shape.width;
    return geometry;
  }

  bool scales() const { return crop.height != height || crop.width != width; }
  ImageShape OutputShape(int channels) const {
    return {borders.top + height + borders.bottom, borders.left + width + borders.right, channels};
  }
};

// A step that only moves pixels. Its geometry is known from the size of the image alone, which is
// what lets transform/fused merge several of them into one pass.
class GeometricTransform : public Transform {
 public:
  // Where the pixels of an image of shape `in` go; `sample` has what the earlier steps noted.
  // Errors: kOutOfRange when the image is too small or the result too large.
  virtual Result<Geometry> Plan(const ImageShape& in, const Sample& sample) const = 0;

  // Notes in the meta data what `geometry`, planned for an image of shape `in`, did.
  virtual void Note(const Geometry& geometry, const ImageShape& in, ImageMeta* meta) const = 0;

  // Crops, scales and pads each image of the sample, one after the other.
  Result<void> Run(Sample& sample, const TransformContext& context) const override;

  // The size, if every input of this (perhaps unknown, -1) size gives it.
  Result<StaticSample> Infer(const StaticSample& in) const override;

 protected:
  // Height and width whatever the input is, -1 where that depends on it.
  virtual std::pair<int, int> FixedSize() const { return {-1, -1}; }
  // How the step scales, to check it against the type of the image.
  virtual Resampling resampling() const { return {}; }
  // Whether the result depends on the sample beyond the size of its image.
  virtual bool needs_sample() const { return false; }
};

// Shape of the caller's picture; that of the image itself when nobody has noted one.
inline const ImageShape& OriginalShape(const ImageShape& in, const Sample& sample) {
  const ImageShape& original = sample.meta.ori_shape;
  return original.height > 0 && original.width > 0 ? original : in;
}

// Applies `geometry` with the plain implementations of each part.
Result<Tensor> ApplyGeometry(const Tensor& img, const Geometry& geometry,
                             const TransformContext& context);

}  // namespace mmdeploy
