#pragma once

#include "mmdeploy/transform/transform.h"

namespace mmdeploy {

// Centre of a box, and its size in units of 200 pixels after widening it to the aspect ratio of
// the network's input and by `padding`.
struct CenterScale {
  Point center;
  Point scale;
};
CenterScale BoxToCenterScale(const Rect& box, float aspect_ratio, float padding);

// The box of the sample; the whole original image if it has none.
Rect BoxOf(const Sample& sample);

// Notes centre and scale of the sample's box for TopDownAffine.
class TopDownGetBboxCenterScale : public Transform {
 public:
  struct Args {
    float padding = 1.25F;
    int width = 0, height = 0;  // of the network's input
  };

  explicit TopDownGetBboxCenterScale(Args args) : args_(args) {}

  Result<void> Run(Sample& sample, const TransformContext& context) const override;
  Result<StaticSample> Infer(const StaticSample& in) const override { return in; }

 private:
  Args args_;
};

}  // namespace mmdeploy
