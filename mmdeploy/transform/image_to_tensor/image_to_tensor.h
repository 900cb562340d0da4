#pragma once

#include "mmdeploy/transform/transform.h"

namespace mmdeploy {

// [H,W,C] -> [1,C,H,W]; the element type stays.
class ImageToTensor : public Transform {
 public:
  struct Args {};

  explicit ImageToTensor(Args) {}

  Result<void> Run(Sample& sample, const TransformContext& context) const override;
  Result<StaticSample> Infer(const StaticSample& in) const override;
};

}  // namespace mmdeploy
