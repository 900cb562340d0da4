#pragma once

#include "mmdeploy/transform/transform.h"

namespace mmdeploy {

// Turns the caller's picture into a [H,W,C] tensor: BGR (or RGB), or one channel of gray.
// NV12 and NV21 are converted once. A picture that is already right is passed on as a view.
class LoadImageFromFile : public Transform {
 public:
  enum class Color { kBgr, kRgb, kGray };
  struct Args {
    Color color = Color::kBgr;
    bool to_float32 = false;
  };

  explicit LoadImageFromFile(Args args) : args_(args) {}

  const Args& args() const { return args_; }
  int channels() const { return args_.color == Color::kGray ? 1 : 3; }

  Result<void> Run(Sample& sample, const TransformContext& context) const override;
  Result<StaticSample> Infer(const StaticSample& in) const override;

  // Checks the picture, and notes its shape in the meta data.
  Result<void> Note(const Image& image, ImageMeta* meta) const;

 private:
  Args args_;
};

// The rows top .. top + height of `image` in the wanted colours, same element type. `top` and
// `height` are even for NV12 and NV21. Whole tight images that need no conversion are views.
Result<Tensor> ConvertColor(const Image& image, LoadImageFromFile::Color color, int top, int height,
                            const TransformContext& context);

}  // namespace mmdeploy
