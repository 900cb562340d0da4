#pragma once

#include <string>
#include <vector>

#include "mmdeploy/transform/transform.h"

namespace mmdeploy {

// Leaves the named parts of the sample for the network: `img` (or `imgs`, which is the same), as
// [1,H,W,C] where no step has made planes of it; `bbox` as [1,4] (left, top, right, bottom); any
// tensor that came with the sample or that a step has made. The meta data always goes along,
// whatever `meta_keys` says.
class Collect : public Transform {
 public:
  struct Args {
    std::vector<std::string> keys;
  };

  explicit Collect(Args args) : args_(std::move(args)) {}

  Result<void> Run(Sample& sample, const TransformContext& context) const override;
  Result<StaticSample> Infer(const StaticSample& in) const override;

 private:
  Args args_;
};

}  // namespace mmdeploy
