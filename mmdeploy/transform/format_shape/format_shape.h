#pragma once

#include "mmdeploy/transform/transform.h"

namespace mmdeploy {

// Joins crops and frames to one tensor: [1,N,C,H,W], or [1,N/L,C,L,H,W] with L frames a clip.
class FormatShape : public Transform {
 public:
  enum class Format { kNchw, kNcthw };
  struct Args {
    Format format = Format::kNchw;
  };

  explicit FormatShape(Args args) : args_(args) {}

  Result<void> Run(Sample& sample, const TransformContext& context) const override;
  Result<StaticSample> Infer(const StaticSample& in) const override;

 private:
  Args args_;
};

}  // namespace mmdeploy
