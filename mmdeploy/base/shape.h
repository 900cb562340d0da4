#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>

#include "mmdeploy/base/span.h"

namespace mmdeploy {

// Dimensions of a tensor, outermost first; at most kMaxRank, kept inline (no allocation).
// A dimension of -1 means "known at run time only" where that is allowed.
class Shape {
 public:
  static constexpr size_t kMaxRank = 8;
  static constexpr int64_t kDynamic = -1;

  Shape() = default;
  Shape(std::initializer_list<int64_t> dims)
      : Shape(Span<const int64_t>(dims.begin(), dims.size())) {}
  // Dimensions beyond kMaxRank are dropped: check the rank of foreign data first.
  explicit Shape(Span<const int64_t> dims) {
    for (size_t i = 0; i < dims.size() && i < kMaxRank; ++i) dims_[rank_++] = dims[i];
  }

  size_t size() const { return rank_; }
  bool empty() const { return rank_ == 0; }
  int64_t operator[](size_t i) const { return dims_[i]; }
  int64_t& operator[](size_t i) { return dims_[i]; }
  const int64_t* begin() const { return dims_.data(); }
  const int64_t* end() const { return dims_.data() + rank_; }
  const int64_t* data() const { return dims_.data(); }

  bool is_static() const;

  // Product of the dimensions (1 for rank 0); nullopt if a dimension is negative or it overflows.
  std::optional<int64_t> num_elements() const;

  bool operator==(const Shape& other) const;
  bool operator!=(const Shape& other) const { return !(*this == other); }

 private:
  std::array<int64_t, kMaxRank> dims_{};
  size_t rank_ = 0;
};

// "1x3x224x224"; dynamic dimensions print as "?", rank 0 as "scalar".
std::string Name(const Shape& shape);

}  // namespace mmdeploy
