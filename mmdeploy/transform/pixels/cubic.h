#pragma once

#include "mmdeploy/base/result.h"
#include "mmdeploy/base/tensor.h"
#include "mmdeploy/transform/transform.h"

namespace mmdeploy {

// Whether CubicResize is what opencv-python computes for this image.
bool HasCubicResize(const Tensor& img);

// cv::resize with INTER_CUBIC as the opencv-python packages for x86-64 compute it, with which most
// models were trained: they hand images of at least 4x4 to Intel's IPP, which does not round
// coefficients to 11 bits as OpenCV's own code does, and differs from it by one level in 1 % of the
// pixels. In float32, first along columns, then along rows, rounded half to even. Equal to it but
// for results within a few units in the last place of a half (1 pixel in 100 000).
// `img` is uint8 [H,W,C].
Result<Tensor> CubicResize(const Tensor& img, int height, int width,
                           const TransformContext& context);

}  // namespace mmdeploy
