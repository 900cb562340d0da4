#pragma once

#include <memory>

#include "mmdeploy/transform/transform.h"

namespace mmdeploy {

// Applies steps to each frame of a video clip (or to the one image, if there are no frames), and
// collects the results in `imgs`: crop by crop, within a crop frame by frame.
class Lift : public Transform {
 public:
  explicit Lift(std::unique_ptr<Transform> steps) : steps_(std::move(steps)) {}

  Result<void> Run(Sample& sample, const TransformContext& context) const override;
  Result<StaticSample> Infer(const StaticSample& in) const override;

 private:
  std::unique_ptr<Transform> steps_;
};

}  // namespace mmdeploy
