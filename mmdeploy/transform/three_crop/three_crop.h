#pragma once

#include <vector>

#include "mmdeploy/transform/pixels/pixels.h"

namespace mmdeploy {

// Replaces the image by several crops of one size, in `imgs`. The base of ThreeCrop and TenCrop.
class MultiCrop : public Transform {
 public:
  struct Args {
    int width = 0, height = 0;
  };

  explicit MultiCrop(Args args) : args_(args) {}

  Result<void> Run(Sample& sample, const TransformContext& context) const override;
  Result<StaticSample> Infer(const StaticSample& in) const override;

 protected:
  struct Place {
    int top, left;
    bool mirrored;
  };
  // Where the crops of an image lie that is at least as large as a crop.
  virtual Result<std::vector<Place>> Places(const ImageShape& in) const = 0;

  const Args& args() const { return args_; }

 private:
  Args args_;
};

// Both ends and the middle of an image one side of which is that of the crop.
class ThreeCrop : public MultiCrop {
 public:
  using MultiCrop::MultiCrop;

 protected:
  Result<std::vector<Place>> Places(const ImageShape& in) const override;
};

// Reads `crop_size`: an integer or [w,h].
MultiCrop::Args ReadMultiCropArgs(JsonReader& reader);

}  // namespace mmdeploy
