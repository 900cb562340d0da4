#include "mmdeploy/graph/tensor_data.h"

#include <functional>

#include "mmdeploy/base/half.h"

namespace mmdeploy::graph {

namespace {

// Booleans count as bytes here.
ElementType AsInteger(ElementType type) {
  return type == ElementType::kBool ? ElementType::kUint8 : type;
}

}  // namespace

Result<int64_t> NumBytes(ElementType type, const std::vector<int64_t>& dims) {
  std::optional<int64_t> count = NumElements(dims);
  MMDEPLOY_ENSURE(count, Code::kOutOfRange,
                  "the dimensions are negative or their product overflows 64 bits");
  const int64_t bits = static_cast<int64_t>(BitsOf(type));
  int64_t total;
  MMDEPLOY_ENSURE(bits > 0, Code::kOutOfRange, "elements of {} have no fixed size", Name(type));
  MMDEPLOY_ENSURE(!__builtin_mul_overflow(*count, bits, &total) && total <= INT64_MAX - 7,
                  Code::kOutOfRange, "{} elements of {} overflow 64 bits", *count, Name(type));
  return (total + 7) / 8;
}

TensorPtr TensorData::View(ElementType type, std::vector<int64_t> dims, std::string_view bytes,
                           std::shared_ptr<const void> owner) {
  auto tensor = std::make_shared<TensorData>();
  tensor->type_ = type;
  tensor->num_elements_ = NumElements(dims).value_or(0);
  tensor->dims_ = std::move(dims);
  tensor->bytes_ = bytes;
  tensor->owner_ = std::move(owner);
  return tensor;
}

TensorPtr TensorData::Own(ElementType type, std::vector<int64_t> dims, std::string bytes) {
  auto owner = std::make_shared<const std::string>(std::move(bytes));
  const std::string_view view = *owner;
  return View(type, std::move(dims), view, std::move(owner));
}

TensorPtr TensorData::Strings(std::vector<int64_t> dims, std::vector<std::string> strings) {
  auto tensor = std::make_shared<TensorData>();
  tensor->type_ = ElementType::kString;
  tensor->num_elements_ = static_cast<int64_t>(strings.size());
  tensor->dims_ = std::move(dims);
  tensor->strings_ = std::move(strings);
  return tensor;
}

std::optional<std::vector<int64_t>> TensorData::Integers() const {
  std::vector<int64_t> integers(static_cast<size_t>(num_elements_));
  const bool done = WithInteger(AsInteger(type_), [&](auto zero) {
    for (size_t i = 0; i < integers.size(); ++i) {
      // NOLINTNEXTLINE(bugprone-signed-char-misuse): int8 keeps its sign.
      integers[i] = static_cast<int64_t>(At<decltype(zero)>(static_cast<int64_t>(i)));
    }
  });
  return done ? std::optional(std::move(integers)) : std::nullopt;
}

std::optional<std::vector<double>> TensorData::Numbers() const {
  std::vector<double> numbers(static_cast<size_t>(num_elements_));
  auto fill = [&](auto get) {
    for (size_t i = 0; i < numbers.size(); ++i) numbers[i] = get(static_cast<int64_t>(i));
  };
  if (type_ == ElementType::kFloat32) {
    fill([&](int64_t i) { return double{At<float>(i)}; });
  } else if (type_ == ElementType::kFloat64) {
    fill([&](int64_t i) { return At<double>(i); });
  } else if (type_ == ElementType::kFloat16) {
    fill([&](int64_t i) { return double{HalfToFloat(At<uint16_t>(i))}; });
  } else if (!WithInteger(AsInteger(type_), [&](auto zero) {
               fill([&](int64_t i) { return static_cast<double>(At<decltype(zero)>(i)); });
             })) {
    return std::nullopt;
  }
  return numbers;
}

TensorPtr TensorData::Reshaped(std::vector<int64_t> dims) const {
  auto tensor = std::make_shared<TensorData>(*this);
  tensor->dims_ = std::move(dims);
  return tensor;
}

ValueType TensorData::value_type() const {
  ValueType type;
  type.element = type_;
  type.dims.emplace(dims_.begin(), dims_.end());
  return type;
}

bool TensorData::operator==(const TensorData& other) const {
  return type_ == other.type_ && dims_ == other.dims_ && bytes_ == other.bytes_ &&
         strings_ == other.strings_;
}

size_t TensorData::Hash() const {
  size_t hash = std::hash<std::string_view>()(bytes_);
  auto mix = [&hash](size_t value) { hash = hash * 0x9E3779B97F4A7C15u + value; };
  mix(static_cast<size_t>(type_));
  for (int64_t dim : dims_) mix(static_cast<size_t>(dim));
  for (const std::string& text : strings_) mix(std::hash<std::string>()(text));
  return hash;
}

}  // namespace mmdeploy::graph
