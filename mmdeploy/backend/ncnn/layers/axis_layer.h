#pragma once

#include <ncnn/layer.h>
#include <ncnn/paramdict.h>

namespace mmdeploy::ncnn {

// A layer that works along an axis, counted from either end. Parameters: 0 axis.
class AxisLayer : public ::ncnn::Layer {
 public:
  int load_param(const ::ncnn::ParamDict& params) override {
    axis_ = params.get(0, 0);
    return 0;
  }

 protected:
  int axis_ = 0;
};

}  // namespace mmdeploy::ncnn
