#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "mmdeploy/base/result.h"
#include "mmdeploy/base/span.h"
#include "mmdeploy/graph/type.h"

namespace mmdeploy::graph {

class TensorData;
// Constants are immutable and shared: copies of a graph, or of an attribute, cost a pointer.
using TensorPtr = std::shared_ptr<const TensorData>;

// A constant: element type, dimensions and C-contiguous little-endian elements. The bytes are owned
// by `owner` (memory of the file, a mapped file, a string). Strings are kept in `strings()`.
class TensorData {
 public:
  // Takes over `bytes`; their number must fit (see `NumBytes`).
  static TensorPtr Own(ElementType type, std::vector<int64_t> dims, std::string bytes);
  // Views memory that `owner` keeps alive.
  static TensorPtr View(ElementType type, std::vector<int64_t> dims, std::string_view bytes,
                        std::shared_ptr<const void> owner);
  static TensorPtr Strings(std::vector<int64_t> dims, std::vector<std::string> strings);

  // From elements: `TensorData::Make<int64_t>({3}, values)`.
  template <class T>
  static TensorPtr Make(const std::vector<int64_t>& dims, const std::vector<T>& values) {
    return Own(
        FromDataType(DataTypeOf<T>::value), dims,
        std::string(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)));
  }
  // A tensor of rank 0.
  template <class T>
  static TensorPtr Scalar(T value) {
    return Make<T>({}, std::vector<T>{value});
  }
  // A tensor of rank 1.
  template <class T>
  static TensorPtr Vector(const std::vector<T>& values) {
    return Make<T>({static_cast<int64_t>(values.size())}, values);
  }

  ElementType type() const { return type_; }
  const std::vector<int64_t>& dims() const { return dims_; }
  size_t rank() const { return dims_.size(); }
  int64_t num_elements() const { return num_elements_; }
  // Empty for strings.
  std::string_view bytes() const { return bytes_; }
  const std::vector<std::string>& strings() const { return strings_; }

  // The elements; the caller has checked type(). Memory of a mapped file may be unaligned: then use
  // `At`, or `Values` for a copy.
  template <class T>
  T At(int64_t index) const {
    T value;
    std::memcpy(&value, bytes_.data() + index * sizeof(T), sizeof(T));
    return value;
  }
  template <class T>
  std::vector<T> Values() const {
    std::vector<T> values(static_cast<size_t>(num_elements_));
    if (!bytes_.empty()) std::memcpy(values.data(), bytes_.data(), bytes_.size());
    return values;
  }

  // The elements of an integer (any width) or boolean tensor as int64; nullopt for other types.
  std::optional<std::vector<int64_t>> Integers() const;
  // The elements of a float16/32/64, integer or boolean tensor as double; nullopt for other types.
  std::optional<std::vector<double>> Numbers() const;

  // The same elements under other dimensions of equal count.
  TensorPtr Reshaped(std::vector<int64_t> dims) const;

  ValueType value_type() const;

  // Type, dimensions and elements are equal, bit for bit.
  bool operator==(const TensorData& other) const;
  // Equal tensors have equal hashes.
  size_t Hash() const;

 private:
  ElementType type_ = ElementType::kUndefined;
  std::vector<int64_t> dims_;
  int64_t num_elements_ = 0;
  std::string_view bytes_;
  std::shared_ptr<const void> owner_;
  std::vector<std::string> strings_;
};

// Calls `f` with a zero of the C++ type of an integer type; false for other types (bool is none).
template <class F>
bool WithInteger(ElementType type, F&& f) {
  switch (type) {
    case ElementType::kInt64:
      return f(int64_t{}), true;
    case ElementType::kInt32:
      return f(int32_t{}), true;
    case ElementType::kInt16:
      return f(int16_t{}), true;
    case ElementType::kInt8:
      return f(int8_t{}), true;
    case ElementType::kUint64:
      return f(uint64_t{}), true;
    case ElementType::kUint32:
      return f(uint32_t{}), true;
    case ElementType::kUint16:
      return f(uint16_t{}), true;
    case ElementType::kUint8:
      return f(uint8_t{}), true;
    default:
      return false;
  }
}

// Bytes that a tensor needs. Errors: kOutOfRange for a negative dimension, an overflow, or a type
// whose size is unknown.
Result<int64_t> NumBytes(ElementType type, const std::vector<int64_t>& dims);

}  // namespace mmdeploy::graph
