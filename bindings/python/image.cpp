#include "bindings/python/image.h"

#include <climits>
#include <stdexcept>
#include <string>

namespace mmdeploy::python {
namespace {

using AnyArray = nb::ndarray<nb::ro, nb::device::cpu>;

// The object as a uint8 array, which is new unless the object already is one.
nb::object ToUint8(nb::handle object) {
  try {
    return nb::module_::import_("numpy").attr("asarray")(object, "uint8");
  } catch (const nb::python_error& e) {
    throw std::runtime_error(std::string("continuous uint8 HWC array expected, got ") +
                             nb::type_name(object.type()).c_str() + ": " + e.what());
  }
}

// Pixels of a row must follow each other; rows may lie apart.
bool HasDenseRows(const nb::ndarray<const uint8_t, nb::ndim<3>, nb::device::cpu>& array) {
  const auto width = static_cast<int64_t>(array.shape(1));
  const auto channels = static_cast<int64_t>(array.shape(2));
  return (array.stride(2) == 1 || channels == 1) && array.stride(1) == channels &&
         array.stride(0) >= width * channels;
}

std::string Describe(const nb::object& array) { return nb::repr(array.attr("shape")).c_str(); }

}  // namespace

ImageArgument::ImageArgument(nb::handle object) {
  nb::object pixels = ToUint8(object);
  if (!nb::try_cast(pixels, array_)) {
    throw std::runtime_error("continuous uint8 HWC array expected, got shape " + Describe(pixels));
  }
  if (array_.size() != 0 && !HasDenseRows(array_)) {
    pixels = nb::module_::import_("numpy").attr("ascontiguousarray")(pixels);
    array_ = nb::cast<Array>(pixels);
  }
  const size_t channels = array_.shape(2);
  if (channels != 1 && channels != 3) {
    throw std::runtime_error("images of 1 or 3 channels are supported, got shape " +
                             Describe(pixels));
  }
  if (array_.shape(0) > INT_MAX || array_.shape(1) > INT_MAX) {
    throw std::runtime_error("image too large, got shape " + Describe(pixels));
  }
  // The C API never writes to an input.
  mat_ = Mat(static_cast<int>(array_.shape(0)), static_cast<int>(array_.shape(1)),
             static_cast<int>(channels),
             channels == 1 ? MMDEPLOY_PIXEL_FORMAT_GRAYSCALE : MMDEPLOY_PIXEL_FORMAT_BGR,
             MMDEPLOY_DATA_TYPE_UINT8, const_cast<uint8_t*>(array_.data()), nullptr,
             array_.size() ? array_.stride(0) : 0);
}

}  // namespace mmdeploy::python
