#pragma once

#include "mmdeploy/transform/three_crop/three_crop.h"

namespace mmdeploy {

// The four corners and the middle, each followed by its mirror image.
class TenCrop : public MultiCrop {
 public:
  using MultiCrop::MultiCrop;

 protected:
  Result<std::vector<Place>> Places(const ImageShape& in) const override;
};

}  // namespace mmdeploy
