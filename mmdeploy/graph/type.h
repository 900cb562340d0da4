#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mmdeploy/base/dtype.h"

namespace mmdeploy::graph {

// Element types of ONNX tensors; the values are those of onnx.TensorProto.DataType. Values beyond
// the named ones come from newer files and pass through untouched.
enum class ElementType : int32_t {
  kUndefined = 0,
  kFloat32 = 1,
  kUint8 = 2,
  kInt8 = 3,
  kUint16 = 4,
  kInt16 = 5,
  kInt32 = 6,
  kInt64 = 7,
  kString = 8,
  kBool = 9,
  kFloat16 = 10,
  kFloat64 = 11,
  kUint32 = 12,
  kUint64 = 13,
  kComplex64 = 14,
  kComplex128 = 15,
  kBfloat16 = 16,
};

// "float32", "int64"; "type 17" for one without a name.
std::string Name(ElementType type);

// Bits of one element; 0 for strings and types we do not know.
size_t BitsOf(ElementType type);

// The type of our tensors, where there is one.
std::optional<DataType> ToDataType(ElementType type);
ElementType FromDataType(DataType type);

// One dimension: a number, a symbol ("batch", "(height+31)/32") or unknown. Equal symbols of one
// model mean equal sizes.
class Dim {
 public:
  Dim() = default;
  Dim(int64_t value) : value_(value) {}  // NOLINT: numbers are dimensions
  explicit Dim(std::string symbol) : symbol_(std::move(symbol)) {}

  bool is_known() const { return value_ >= 0; }
  bool is_symbol() const { return !symbol_.empty(); }
  bool is_unknown() const { return value_ < 0 && symbol_.empty(); }
  // Meaningful when is_known().
  int64_t value() const { return value_; }
  // Empty unless is_symbol().
  const std::string& symbol() const { return symbol_; }

  // Surely the same size.
  bool operator==(const Dim& other) const {
    return !is_unknown() && value_ == other.value_ && symbol_ == other.symbol_;
  }
  bool operator!=(const Dim& other) const { return !(*this == other); }

 private:
  int64_t value_ = -1;
  std::string symbol_;
};

using Dims = std::vector<Dim>;

// "3", "batch" or "?".
std::string Name(const Dim& dim);

// The numbers, if all dimensions are known.
std::optional<std::vector<int64_t>> KnownDims(const Dims& dims);
// Their product, if all are known and it does not overflow.
std::optional<int64_t> NumElements(const Dims& dims);
std::optional<int64_t> NumElements(const std::vector<int64_t>& dims);

// What is known of a value. A default-constructed type knows nothing.
struct ValueType {
  ElementType element = ElementType::kUndefined;
  // Outermost first; nullopt: not even the rank is known.
  std::optional<Dims> dims;
  // A serialised onnx.TypeProto for what is no dense tensor (sequence, optional, map); shared,
  // never changed. `element` and `dims` are then unset.
  std::shared_ptr<const std::string> other;

  bool is_tensor() const { return other == nullptr; }
};

// "float32[batch,3,224,224]", "float32[...]" for an unknown rank, "sequence" and the like for
// others, "?" if nothing is known.
std::string Name(const ValueType& type);

}  // namespace mmdeploy::graph
