#pragma once

#include "mmdeploy/base/json.h"
#include "mmdeploy/transform/pixels/pixels.h"

namespace mmdeploy {

// The libraries whose arithmetic a model may have been trained with.
enum class ResizeBackend { kOpenCv, kPillow };

enum class Interpolation { kNearest, kBilinear, kBicubic, kArea, kLanczos, kBox, kHamming };

// How pixels of a resized image are computed. The two libraries differ: OpenCV interpolates
// between neighbours, Pillow averages over all pixels that an output pixel covers.
struct Resampling {
  ResizeBackend backend = ResizeBackend::kOpenCv;
  Interpolation interpolation = Interpolation::kBilinear;
};

// Reads the keys `interpolation` and `backend`. Area is OpenCV's alone, box and hamming Pillow's.
Resampling ReadResampling(JsonReader& args);

// What the backend cannot do with an image of this type: Pillow resizes uint8 only.
Result<void> CheckResampling(const Resampling& resampling, DataType dtype);

// The image scaled to height x width: with OpenCV bit-equal to cv::resize (bicubic of uint8: to
// that of opencv-python, see cubic.h); with Pillow to Image.resize of each channel. An image that
// already has this size is passed through.
Result<Tensor> Resample(const Tensor& img, int height, int width, const Resampling& resampling,
                        const TransformContext& context);

}  // namespace mmdeploy
