#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <tuple>
#include <type_traits>
#include <utility>

#include "mmdeploy/common.hpp"

// Results of the C++ API as objects of Python: NumPy arrays in the documented layouts.
namespace mmdeploy::python {

namespace nb = nanobind;

// How many numbers a member of a result has, and those numbers.
template <class T>
constexpr size_t NumNumbers(const T&) {
  return sizeof(T) / sizeof(float);
}

template <class Number, class T>
void PutNumbers(Number*& to, const T& member) {
  if constexpr (std::is_arithmetic_v<T>) {
    *to++ = static_cast<Number>(member);
  } else {
    static_assert(std::is_same_v<Number, float>, "boxes and points are made of floats");
    std::memcpy(to, &member, sizeof(T));
    to += NumNumbers(member);
  }
}

// An array that owns new memory of `count` elements, which `fill` writes.
template <class Number, class Fill>
nb::object NewArray(std::initializer_list<size_t> shape, Fill&& fill) {
  size_t count = 1;
  for (const size_t side : shape) count *= side;
  // Not make_unique, which would write zeros first.
  std::unique_ptr<Number[]> data(new Number[count ? count : 1]);
  fill(data.get());
  Number* raw = data.release();
  nb::capsule owner(raw, [](void* memory) noexcept { delete[] static_cast<Number*>(memory); });
  return nb::cast(nb::ndarray<nb::numpy, Number>(raw, shape.size(), shape.begin(), owner));
}

// [n,k]: a row of numbers per result, those of the members that `members` ties together; [n] if
// that is one number.
template <class Number, class Result, class Members>
nb::object Table(const Result& result, Members&& members) {
  using Item = typename Result::value_type;
  const size_t columns =
      std::apply([](const auto&... member) { return (NumNumbers(member) + ...); }, members(Item{}));
  const auto fill = [&](Number* to) {
    for (const auto& item : result) {
      std::apply([&](const auto&... member) { (PutNumbers(to, member), ...); }, members(item));
    }
  };
  if (columns == 1) return NewArray<Number>({result.size()}, fill);
  return NewArray<Number>({result.size(), columns}, fill);
}

// [n,k,3]: x, y, score of the points of each result; `members` ties points, scores and their number
// together, which is the same for all results.
template <class Result, class Members>
nb::object PointTable(const Result& result, Members&& members) {
  const size_t points =
      result.empty() ? 0 : static_cast<size_t>(std::get<2>(members(*result.begin())));
  return NewArray<float>({result.size(), points, 3}, [&](float* to) {
    for (const auto& item : result) {
      const auto& [point, score, length] = members(item);
      if (static_cast<size_t>(length) != points) {
        throw std::runtime_error("the boxes have different numbers of points");
      }
      for (size_t i = 0; i < points; ++i) {
        *to++ = point[i].x;
        *to++ = point[i].y;
        *to++ = score[i];
      }
    }
  });
}

// A list of an object per result.
template <class Result, class Convert>
nb::object List(const Result& result, Convert&& convert) {
  nb::list list;
  for (const auto& item : result) list.append(convert(item));
  return std::move(list);
}

// A list of numbers.
inline nb::list NumberList(const float* values, int length) {
  nb::list list;
  for (int i = 0; i < length; ++i) list.append(values[i]);
  return list;
}

template <class Number>
nb::object CopyArray(const Number* from, std::initializer_list<size_t> shape) {
  size_t bytes = sizeof(Number);
  for (const size_t side : shape) bytes *= side;
  return NewArray<Number>(shape, [&](Number* to) {
    if (bytes != 0) std::memcpy(to, from, bytes);
  });
}

// An array over memory of a result, which lives as long as the array does.
template <class Number, class Result>
nb::object SharedArray(Number* data, std::initializer_list<size_t> shape, const Result& result) {
  nb::capsule owner(new Result(result),
                    [](void* memory) noexcept { delete static_cast<Result*>(memory); });
  return nb::cast(nb::ndarray<nb::numpy, Number>(data, shape.size(), shape.begin(), owner));
}

// float32 [n].
inline nb::object ToPython(const float* values, int length) {
  return CopyArray(values, {static_cast<size_t>(length)});
}

// float32 [n,2]: x, y.
inline nb::object ToPython(const mmdeploy_point_t* points, int length) {
  return CopyArray(reinterpret_cast<const float*>(points), {static_cast<size_t>(length), 2});
}

inline nb::object ToPython(const char* text) { return nb::str(text); }

// uint8 [h,w,c] of an image that the library made.
inline nb::object ToPython(const mmdeploy_mat_t& mat) {
  return CopyArray(mat.data, {static_cast<size_t>(mat.height), static_cast<size_t>(mat.width),
                              static_cast<size_t>(mat.channel)});
}

// uint8 [h,w]; of size 0 without a mask.
inline nb::object ToPython(const mmdeploy_instance_mask_t* mask) {
  const auto height = static_cast<size_t>(mask ? mask->height : 0);
  const auto width = static_cast<size_t>(mask ? mask->width : 0);
  return NewArray<uint8_t>({height, width}, [&](uint8_t* to) {
    if (height * width != 0) std::memcpy(to, mask->data, height * width);
  });
}

}  // namespace mmdeploy::python
