#pragma once

#include <opencv2/core.hpp>

#include "mmdeploy/module/module.h"

// What modules share that make images of images.
namespace mmdeploy {

// The picture of an Image or a Sample, with pixels that stand alone. Errors: those of Check;
// kNotSupported for NV12 and NV21, which cannot be `done` this to ("turned").
Result<Image> PixelsOf(const Value& value, std::string_view done);

// A picture of another size with the format of `like`, whose pixels are yet to be written.
Result<Image> NewImage(const Image& like, int height, int width, BufferPool* pool);

// The same memory; OpenCV wants a mutable pointer even for what it only reads.
cv::Mat AsMat(const Image& image);

}  // namespace mmdeploy
