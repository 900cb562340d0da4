#pragma once

#include <string>
#include <vector>

#include "mmdeploy/transform/transform.h"

namespace mmdeploy {

// Hands the image to the network under its names. The meta data always goes along, whatever
// `meta_keys` says.
class Collect : public Transform {
 public:
  struct Args {
    std::vector<std::string> keys;
  };

  explicit Collect(Args args) : args_(std::move(args)) {}

  Result<void> Run(Sample& sample, const TransformContext& context) const override;
  Result<StaticImage> Infer(const StaticImage& in) const override;

 private:
  Args args_;
};

}  // namespace mmdeploy
