#include "mmdeploy/base/shape.h"

#include <algorithm>

namespace mmdeploy {

bool Shape::is_static() const {
  return std::all_of(begin(), end(), [](int64_t dim) { return dim >= 0; });
}

std::optional<int64_t> Shape::num_elements() const {
  int64_t count = 1;
  for (const int64_t dim : *this) {
    if (dim < 0 || __builtin_mul_overflow(count, dim, &count)) return std::nullopt;
  }
  return count;
}

bool Shape::operator==(const Shape& other) const {
  return std::equal(begin(), end(), other.begin(), other.end());
}

std::string Name(const Shape& shape) {
  if (shape.empty()) return "scalar";
  std::string text;
  for (const int64_t dim : shape) {
    if (!text.empty()) text += 'x';
    text += dim < 0 ? std::string("?") : std::to_string(dim);
  }
  return text;
}

}  // namespace mmdeploy
