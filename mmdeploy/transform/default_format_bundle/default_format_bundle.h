#pragma once

#include "mmdeploy/transform/transform.h"

namespace mmdeploy {

// uint8 -> float32 (if wanted), [H,W,C] -> [1,C,H,W], and default meta data for what no earlier
// step has noted.
class DefaultFormatBundle : public Transform {
 public:
  struct Args {
    bool img_to_float = true;
  };

  explicit DefaultFormatBundle(Args args) : args_(args) {}

  const Args& args() const { return args_; }

  Result<void> Run(Sample& sample, const TransformContext& context) const override;
  Result<StaticSample> Infer(const StaticSample& in) const override;

  // Fills in the meta data for an image of `shape`.
  static void Note(const ImageShape& shape, ImageMeta* meta);

 private:
  Args args_;
};

}  // namespace mmdeploy
