// Operators that make tensors from shapes and numbers, and shapes from tensors.

#include <algorithm>
#include <cmath>

#include "mmdeploy/graph/fold/evaluate_context.h"

namespace mmdeploy::graph {

namespace {

Result<Outputs> Shape(EvaluateContext& c) {
  const Shape64& dims = c.in(0).dims();
  const auto rank = static_cast<int64_t>(dims.size());
  auto clip = [&](int64_t at) {
    if (at < 0) at = at < -rank ? 0 : at + rank;
    return std::min(at, rank);
  };
  const int64_t begin = clip(c.node().Int("start", 0));
  const int64_t end = std::max(begin, clip(c.node().Int("end", INT64_MAX)));
  return Outputs{TensorData::Vector(Shape64(dims.begin() + begin, dims.begin() + end))};
}

Result<Outputs> Size(EvaluateContext& c) {
  return Outputs{TensorData::Scalar<int64_t>(c.in(0).num_elements())};
}

Result<Outputs> ConstantOfShape(EvaluateContext& c) {
  MMDEPLOY_TRY(const Shape64 dims, c.Ints(0));
  TensorPtr value = TensorData::Scalar<float>(0);
  if (const auto* given = c.node().Get<TensorPtr>("value"); given && *given) value = *given;
  if (value->num_elements() != 1)
    return c.Fail("'value' has {} elements, needed 1", value->num_elements());
  MMDEPLOY_TRY(const size_t size, c.ElementBytes(value->type()));
  MMDEPLOY_TRY(std::string bytes, c.Allocate(value->type(), dims));
  for (size_t at = 0; at < bytes.size(); at += size) {
    std::memcpy(bytes.data() + at, value->bytes().data(), size);
  }
  return Outputs{TensorData::Own(value->type(), dims, std::move(bytes))};
}

Result<Outputs> Range(EvaluateContext& c) {
  const ElementType type = c.in(0).type();
  for (size_t i = 0; i < 3; ++i) {
    if (c.in(i).type() != type || c.in(i).num_elements() != 1) {
      return c.Fail("input {} must be one number of {}", i, Name(type));
    }
  }
  double count = 0;
  const bool known = WithNumbers(type, [&](auto zero) {
    using T = decltype(zero);
    const T start = c.in(0).At<T>(0), limit = c.in(1).At<T>(0), delta = c.in(2).At<T>(0);
    count = std::ceil((static_cast<double>(limit) - static_cast<double>(start)) /
                      static_cast<double>(delta));
  });
  if (!known) return c.Decline();
  if (!std::isfinite(count)) return c.Fail("the step is 0, or a number is not finite");
  if (count > 1e12) return c.Decline();
  const Shape64 dims = {static_cast<int64_t>(std::max(count, 0.0))};
  MMDEPLOY_TRY(std::string bytes, c.Allocate(type, dims));
  WithNumbers(type, [&](auto zero) {
    using T = decltype(zero);
    const T start = c.in(0).At<T>(0), delta = c.in(2).At<T>(0);
    for (int64_t i = 0; i < dims[0]; ++i) {
      T value;
      if constexpr (std::is_floating_point_v<T>) {
        value = start + static_cast<T>(i) * delta;
      } else {
        value = static_cast<T>(static_cast<uint64_t>(start) +
                               static_cast<uint64_t>(i) * static_cast<uint64_t>(delta));
      }
      std::memcpy(bytes.data() + static_cast<size_t>(i) * sizeof(T), &value, sizeof(T));
    }
  });
  return Outputs{TensorData::Own(type, dims, std::move(bytes))};
}

Result<Outputs> EyeLike(EvaluateContext& c) {
  const Shape64& dims = c.in(0).dims();
  if (dims.size() != 2) return c.Fail("input 0 has {} dimensions, needed 2", dims.size());
  const auto type =
      static_cast<ElementType>(c.node().Int("dtype", static_cast<int64_t>(c.in(0).type())));
  const int64_t k = c.node().Int("k", 0);
  MMDEPLOY_TRY(std::string bytes, c.Allocate(type, dims));
  const int64_t limit = dims[0] + dims[1];
  if (k > limit || k < -limit) return Outputs{TensorData::Own(type, dims, std::move(bytes))};
  auto fill = [&](auto one) {
    for (int64_t row = std::max<int64_t>(0, -k); row < dims[0] && row + k < dims[1]; ++row) {
      const auto place = static_cast<size_t>(row * dims[1] + row + k);
      std::memcpy(bytes.data() + place * sizeof(one), &one, sizeof(one));
    }
  };
  if (type == ElementType::kBool) {
    fill(uint8_t{1});
  } else if (!WithNumbers(type, [&](auto zero) { fill(static_cast<decltype(zero)>(1)); })) {
    return c.Decline();
  }
  return Outputs{TensorData::Own(type, dims, std::move(bytes))};
}

constexpr Evaluator kEvaluators[] = {
    {"ConstantOfShape", 1, 1, ConstantOfShape},
    {"EyeLike", 1, 1, EyeLike},
    {"Range", 3, 3, Range},
    {"Shape", 1, 1, Shape},
    {"Size", 1, 1, Size},
};

}  // namespace

Span<const Evaluator> GenerateEvaluators() { return kEvaluators; }

}  // namespace mmdeploy::graph
