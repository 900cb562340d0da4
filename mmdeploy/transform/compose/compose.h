#pragma once

#include <memory>
#include <string>
#include <vector>

#include "mmdeploy/transform/transform.h"

namespace mmdeploy {

// Steps one after the other.
class Compose : public Transform {
 public:
  struct Step {
    std::string name;  // for messages: "transforms/2 (Resize)"; empty: it names its own steps
    std::unique_ptr<Transform> transform;
  };

  explicit Compose(std::vector<Step> steps) : steps_(std::move(steps)) {}

  Result<void> Run(Sample& sample, const TransformContext& context) const override;
  Result<StaticSample> Infer(const StaticSample& in) const override;

 private:
  std::vector<Step> steps_;
};

// Reads a `transforms` array. Errors: with the path of the step; also a step that can never work
// on what those before it make.
Result<std::vector<Compose::Step>> ReadSteps(const Json& transforms, const JsonPath& path,
                                             const TransformOptions& options);

}  // namespace mmdeploy
