#include "bindings/python/image.h"

#include <climits>
#include <stdexcept>
#include <string>

namespace mmdeploy::python {
namespace {

using AnyArray = nb::ndarray<nb::ro, nb::device::cpu>;

constexpr const char* kExpected = "continuous uint8 HWC array expected, got ";

std::string Text(const nb::object& object) { return nb::str(object).c_str(); }

// Whether all numbers of an array are whole and from 0 to 255; numpy's own conversion would wrap or
// cut others without a word.
bool HoldsBytes(const nb::module_& numpy, const nb::object& array) {
  if (nb::cast<size_t>(array.attr("size")) == 0) return true;
  const auto lowest = nb::cast<double>(nb::float_(array.attr("min")()));
  const auto highest = nb::cast<double>(nb::float_(array.attr("max")()));
  if (!(lowest >= 0 && highest <= 255)) return false;  // NaN as well
  return Text(array.attr("dtype").attr("kind")) != "f" ||
         nb::cast<bool>(numpy.attr("array_equal")(numpy.attr("rint")(array), array));
}

// The object as a uint8 array, which is new unless the object already is one. Numbers of other
// types are converted if none changes.
nb::object ToUint8(nb::handle object) {
  const nb::module_ numpy = nb::module_::import_("numpy");
  nb::object array;
  try {
    array = numpy.attr("asarray")(object);
  } catch (const nb::python_error& e) {
    throw std::runtime_error(std::string(kExpected) + nb::type_name(object.type()).c_str() + ": " +
                             e.what());
  }
  const std::string dtype = Text(array.attr("dtype"));
  if (dtype == "uint8") return array;
  const std::string kind = Text(array.attr("dtype").attr("kind"));
  if (std::string("buif").find(kind) == std::string::npos) {
    throw std::runtime_error(std::string(kExpected) + nb::type_name(object.type()).c_str() +
                             (dtype == "object" ? "" : " of element type " + dtype));
  }
  if (!HoldsBytes(numpy, array)) {
    throw std::runtime_error(std::string(kExpected) + dtype + " with values from " +
                             Text(array.attr("min")()) + " to " + Text(array.attr("max")()) +
                             "; allowed: whole numbers from 0 to 255. Scale and round them as the "
                             "model's images were");
  }
  return array.attr("astype")("uint8");
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
    throw std::runtime_error(kExpected + ("shape " + Describe(pixels)));
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
