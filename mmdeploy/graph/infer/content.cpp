#include "mmdeploy/graph/infer/content.h"

#include <algorithm>
#include <cmath>

namespace mmdeploy::graph {

namespace {

// Whole numbers of this size are exact in every floating type that counts things.
constexpr double kMaxWhole = 1 << 24;

bool IsInteger(ElementType type) {
  return type == ElementType::kInt64 || type == ElementType::kInt32;
}

// A tensor of the numbers, if all are known and fit the type.
TensorPtr ToTensor(ElementType element, const std::vector<int64_t>& dims,
                   const std::vector<SymInt>& elements) {
  std::vector<int64_t> values;
  for (const SymInt& number : elements) {
    if (!number.is_known()) return nullptr;
    values.push_back(number.value());
  }
  if (element == ElementType::kInt64) return TensorData::Make<int64_t>(dims, values);
  auto fits = [&](int64_t low, int64_t high) {
    return std::all_of(values.begin(), values.end(),
                       [=](int64_t value) { return low <= value && value <= high; });
  };
  if (element == ElementType::kInt32 && fits(INT32_MIN, INT32_MAX)) {
    return TensorData::Make<int32_t>(dims, {values.begin(), values.end()});
  }
  if (element == ElementType::kFloat32 && fits(-(1 << 24), 1 << 24)) {
    return TensorData::Make<float>(dims, {values.begin(), values.end()});
  }
  if (element == ElementType::kBool && fits(0, 1)) {
    return TensorData::Own(element, dims, std::string(values.begin(), values.end()));
  }
  return nullptr;
}

std::vector<SymInt> ToElements(const TensorData& tensor) {
  if (IsInteger(tensor.type()) || tensor.type() == ElementType::kBool) {
    std::vector<int64_t> integers = *tensor.Integers();
    return {integers.begin(), integers.end()};
  }
  std::vector<SymInt> elements(static_cast<size_t>(tensor.num_elements()));
  std::optional<std::vector<double>> numbers = tensor.Numbers();
  for (size_t i = 0; numbers && i < elements.size(); ++i) {
    const double number = (*numbers)[i];
    if (std::abs(number) <= kMaxWhole && number == std::floor(number)) {
      elements[i] = static_cast<int64_t>(number);
    }
  }
  return elements;
}

}  // namespace

Content Content::Of(TensorPtr tensor) {
  Content content;
  content.element = tensor->type();
  content.dims = tensor->dims();
  content.elements = ToElements(*tensor);
  content.tensor = std::move(tensor);
  return content;
}

Content Content::Of(ElementType element, std::vector<int64_t> dims, std::vector<SymInt> elements) {
  Content content;
  content.tensor = ToTensor(element, dims, elements);
  content.element = element;
  content.dims = std::move(dims);
  content.elements = std::move(elements);
  return content;
}

}  // namespace mmdeploy::graph
