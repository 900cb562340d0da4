#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include "mmdeploy/common.hpp"

namespace mmdeploy::python {

namespace nb = nanobind;

// An image that came from Python, held until the call ends. Pixels of a uint8 array are not copied,
// also if its rows lie apart; other arrays of whole numbers from 0 to 255 are converted.
class ImageArgument {
 public:
  // Throws std::runtime_error unless the object is an image of 1 or 3 channels.
  explicit ImageArgument(nb::handle object);

  const Mat& mat() const { return mat_; }

 private:
  using Array = nb::ndarray<const uint8_t, nb::ndim<3>, nb::device::cpu>;

  Array array_;
  Mat mat_;
};

}  // namespace mmdeploy::python
