#include "bindings/python/pipeline_inputs.h"

#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <cmath>
#include <stdexcept>

#include "mmdeploy/base/json.h"

namespace mmdeploy::python {
namespace {

nb::object ToArray(nb::handle value) {
  return nb::module_::import_("numpy").attr("asarray")(value);
}

// str(object) in Python. Raises ValueError for half of a surrogate pair, which is no UTF-8.
std::string Text(nb::handle object) {
  const char* text = nb::str(object).c_str();
  if (text) return text;
  PyErr_Clear();
  throw nb::value_error("a text holds half of a surrogate pair, which is no UTF-8");
}

size_t RankOf(nb::handle array) { return nb::cast<size_t>(array.attr("ndim")); }

bool IsList(nb::handle value) {
  return nb::isinstance<nb::list>(value) || nb::isinstance<nb::tuple>(value);
}

// An array, or what numpy makes one of without a copy of our own: Pillow's images, PyTorch's
// tensors.
bool IsArray(nb::handle value) {
  return nb::hasattr(value, "__array__") || nb::hasattr(value, "__array_interface__");
}

bool IsNumber(nb::handle value) {
  if (nb::isinstance<nb::bool_>(value)) return false;
  return nb::isinstance<nb::int_>(value) || nb::isinstance<nb::float_>(value) ||
         (IsArray(value) && RankOf(ToArray(value)) == 0);
}

// Whether a list is the numbers of a box or a quad.
bool AreNumbers(nb::handle values) {
  for (nb::handle value : values) {
    if (!IsNumber(value)) return false;
  }
  return nb::len(values) > 0;
}

std::string TypeName(nb::handle value) { return nb::type_name(value.type()).c_str(); }

[[noreturn]] void ThrowNoInput(nb::handle value, const std::string& place) {
  throw nb::type_error((place + " is " + TypeName(value) +
                        ", expected an image, a box, a dict, a list, an int, a bool or None")
                           .c_str());
}

// What NumPy makes of an object, as a number of Python; nothing if it is none.
nb::object ToNumber(nb::handle array) {
  const auto kind = nb::cast<std::string>(array.attr("dtype").attr("kind"));
  if (RankOf(array) != 0) return {};
  if (kind == "b") return nb::bool_(nb::cast<bool>(array.attr("item")()));
  if (kind == "f") return nb::float_(array);
  if (kind == "i" || kind == "u") return nb::int_(array);
  return {};
}

// Decimal digits that give the same float32. JSON has no NaN.
std::string Number(double number, const std::string& place) {
  if (std::isfinite(number)) return DumpJson(Json(number));
  throw nb::value_error(
      (place + " holds " + std::to_string(number) + ", expected numbers").c_str());
}

std::string Numbers(const std::vector<double>& numbers, size_t count, const std::string& place) {
  std::string text;
  for (size_t i = 0; i < count; ++i) text += (i ? "," : "") + Number(numbers[i], place);
  return "[" + text + "]";
}

// A box (4 numbers, or 5 with the score of a detector) or the quad of a text (8, or 9).
std::string DescribeBox(const std::vector<double>& numbers, const std::string& place) {
  const size_t count = numbers.size();
  if (count == 4 || count == 5) {
    if (count == 5) Number(numbers[4], place);
    return "{\"box\":" + Numbers(numbers, 4, place) + "}";
  }
  if (count == 8 || count == 9) {
    return "{\"bbox\":" + Numbers(numbers, 8, place) +
           ",\"score\":" + (count == 9 ? Number(numbers[8], place) : "1") + "}";
  }
  throw nb::value_error((place + " has " + std::to_string(count) +
                         " numbers, expected a box (left, top, right, bottom, and a score or none) "
                         "or a quad (x0, y0, ..., x3, y3, and a score or none)")
                            .c_str());
}

// Arrays of boxes hold what a detector or a program calculates; short types are pixels.
void RequireBoxNumbers(nb::handle array, const std::string& place) {
  const std::string dtype = Text(nb::object(array.attr("dtype")));
  const std::string kind = Text(nb::object(array.attr("dtype").attr("kind")));
  // What is no number is refused by ToNumbers.
  if ((kind != "i" && kind != "u") || dtype == "int32" || dtype == "int64") return;
  throw nb::type_error((place + " is an array of " + dtype + " of shape " +
                        nb::repr(array.attr("shape")).c_str() +
                        ", expected an image (uint8 [height,width,channels]), or boxes or quads "
                        "as float, int32 or int64")
                           .c_str());
}

std::vector<double> ToNumbers(nb::handle values, const std::string& place) {
  const nb::object array = ToArray(values);
  const auto kind = nb::cast<std::string>(array.attr("dtype").attr("kind"));
  if (std::string("uif").find(kind) == std::string::npos) {
    throw nb::type_error(
        (place + " is an array of " + Text(nb::object(array.attr("dtype"))) + ", expected numbers")
            .c_str());
  }
  return nb::cast<std::vector<double>>(array.attr("astype")("float64").attr("tolist")());
}

}  // namespace

void PipelineInputs::Add(nb::handle items, const std::string& name) {
  if (!json_.empty()) json_ += ",";
  std::string text;
  size_t index = 0;
  for (nb::handle item : items) {
    text +=
        (index ? "," : "") + Describe(item, "input '" + name + "'[" + std::to_string(index) + "]");
    ++index;
  }
  json_ += "[" + text + "]";
}

std::string PipelineInputs::Describe(nb::handle value, const std::string& place) {
  if (value.is_none()) return "null";
  if (nb::isinstance<nb::bool_>(value)) return nb::cast<bool>(value) ? "true" : "false";
  if (nb::isinstance<nb::dict>(value)) return DescribeDict(nb::cast<nb::dict>(value), place);
  if (IsList(value)) return DescribeList(value, place);
  if (IsArray(value)) return DescribeArray(value, place);
  if (nb::isinstance<nb::int_>(value)) return Text(value);
  ThrowNoInput(value, place);
}

std::string PipelineInputs::DescribeList(nb::handle values, const std::string& place) {
  constexpr int kMaxDepth = 16;  // a list may hold itself
  if (AreNumbers(values)) return DescribeBox(ToNumbers(values, place), place);
  if (depth_ == kMaxDepth) {
    throw nb::value_error(("lists in lists, deeper than " + std::to_string(kMaxDepth)).c_str());
  }
  ++depth_;
  std::string text;
  size_t index = 0;
  for (nb::handle value : values) {
    text += (index ? "," : "") + Describe(value, place + "[" + std::to_string(index) + "]");
    ++index;
  }
  --depth_;
  return "[" + text + "]";
}

std::string PipelineInputs::DescribeArray(nb::handle value, const std::string& place) {
  const nb::object array = ToArray(value);
  const size_t rank = RankOf(array);
  // Bytes in two dimensions are an image that lacks its channels, and is refused as one.
  if (rank == 2 && nb::cast<size_t>(array.attr("itemsize")) == 1) {
    return DescribeImage(value, place);
  }
  if (rank == 1 || rank == 2) RequireBoxNumbers(array, place);
  switch (rank) {
    case 0: {
      const nb::object number = ToNumber(array);
      if (!number.is_valid()) ThrowNoInput(value, place);
      return Describe(number, place);
    }
    case 1:
      return DescribeBox(ToNumbers(array, place), place);
    case 2: {
      std::string text;
      size_t index = 0;
      for (nb::handle row : array) {
        const std::string where = place + "[" + std::to_string(index) + "]";
        text += (index++ ? "," : "") + DescribeBox(ToNumbers(row, where), where);
      }
      return "[" + text + "]";
    }
    default:
      return DescribeImage(value, place);
  }
}

std::string PipelineInputs::DescribeImage(nb::handle image, const std::string& place) {
  try {
    images_.emplace_back(image);
  } catch (const std::runtime_error& error) {
    throw std::runtime_error(place + ": " + error.what());
  }
  mats_.push_back(images_.back().mat());
  return "{\"image\":" + std::to_string(mats_.size() - 1) + "}";
}

// An image with the box of an object in it, or the result of a task with its fields.
std::string PipelineInputs::DescribeDict(const nb::dict& dict, const std::string& place) {
  if (dict.contains("ori_img")) {
    std::string text = DescribeImage(dict["ori_img"], place + "['ori_img']");
    for (const auto& [key, item] : dict) {
      const auto name = Text(key);
      const std::string where = place + "['" + name + "']";
      if (name == "ori_img" || item.is_none()) continue;
      if (name != "bbox") {
        throw nb::value_error((where + ": an image has 'ori_img', and 'bbox' or not").c_str());
      }
      text.back() = ',';
      const std::vector<double> sides = ToNumbers(item, where);
      text += "\"bbox\":" + Numbers(sides, sides.size(), where) + "}";
    }
    return text;
  }
  std::string text;
  for (const auto& [key, item] : dict) {
    const auto name = Text(key);
    if (item.is_none()) continue;  // a mask that is not there
    text += (text.empty() ? "" : ",") + DumpJson(Json(name)) + ":" +
            DescribeField(item, place + "['" + name + "']");
  }
  return "{" + text + "}";
}

// Of a result: a number, a text, an array of numbers, a mask or an image.
std::string PipelineInputs::DescribeField(nb::handle value, const std::string& place) {
  if (nb::isinstance<nb::str>(value)) return DumpJson(Json(Text(value)));
  if (nb::isinstance<nb::int_>(value) && !nb::isinstance<nb::bool_>(value)) return Text(value);
  if (nb::isinstance<nb::float_>(value)) return Number(nb::cast<double>(value), place);
  const nb::object array = ToArray(value);
  if (RankOf(array) == 0) {
    const nb::object number = ToNumber(array);
    if (number.is_valid() && !nb::isinstance<nb::bool_>(number)) {
      return DescribeField(number, place);
    }
    throw nb::type_error(
        (place + " is " + TypeName(value) + ", expected a number, a text or an array").c_str());
  }
  const std::string dtype = Text(nb::object(array.attr("dtype")));
  const size_t rank = RankOf(array);
  if (rank == 3) return DescribeImage(array, place);
  if (rank == 2 && (dtype == "uint8" || dtype == "bool")) {
    const nb::object pixels = array.attr("astype")("uint8", nb::arg("copy") = false);
    return DescribeImage(pixels.attr("reshape")(array.attr("shape")[nb::int_(0)],
                                                array.attr("shape")[nb::int_(1)], 1),
                         place);
  }
  if (rank == 1) {
    const std::vector<double> numbers = ToNumbers(array, place);
    return Numbers(numbers, numbers.size(), place);
  }
  std::string text;
  for (nb::handle row : array) {
    const std::vector<double> numbers = ToNumbers(row, place);
    text += (text.empty() ? "" : ",") + Numbers(numbers, numbers.size(), place);
  }
  return "[" + text + "]";
}

}  // namespace mmdeploy::python
