#pragma once

#include "mmdeploy/transform/transform.h"

namespace mmdeploy {

// Cuts the box of one object out of the image, turned upright and scaled to the network's input.
class TopDownAffine : public Transform {
 public:
  struct Args {
    int width = 0, height = 0;  // of the network's input
    bool use_udp = false;  // sides are measured between pixel centres (unbiased data processing)
  };

  explicit TopDownAffine(Args args) : args_(args) {}

  Result<void> Run(Sample& sample, const TransformContext& context) const override;
  Result<StaticSample> Infer(const StaticSample& in) const override;

 private:
  Args args_;
};

}  // namespace mmdeploy
