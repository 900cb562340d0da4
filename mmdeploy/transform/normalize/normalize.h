#pragma once

#include <vector>

#include "mmdeploy/transform/transform.h"

namespace mmdeploy {

// (x - mean) / std of each channel, after swapping blue and red if `to_rgb`. The arithmetic is
// that of mmcv.imnormalize: see NormalizeValue.
class Normalize : public Transform {
 public:
  // Mean and reciprocal of std of one channel.
  struct Channel {
    float mean = 0;
    double inverse_std = 1;
  };
  struct Args {
    std::vector<Channel> channels;  // of the output, i.e. after swapping
    bool to_rgb = true;
    bool to_float = true;  // false: only swap, the element type stays
  };

  explicit Normalize(Args args) : args_(std::move(args)) {}

  const Args& args() const { return args_; }

  Result<void> Run(Sample& sample, const TransformContext& context) const override;
  Result<StaticSample> Infer(const StaticSample& in) const override;

 private:
  Result<void> CheckChannels(int channels) const;

  Args args_;
};

// The subtraction is rounded to single precision; the product is taken in double precision and
// rounded once.
inline float NormalizeValue(float value, const Normalize::Channel& channel) {
  const float difference = value - channel.mean;
  return static_cast<float>(static_cast<double>(difference) * channel.inverse_std);
}

}  // namespace mmdeploy
