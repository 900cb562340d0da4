#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mmdeploy/base/result.h"
#include "mmdeploy/base/span.h"
#include "mmdeploy/graph/graph.h"

namespace mmdeploy::graph {

// Calls `f` with a zero of the C++ type of `type`; false for booleans, half precision and others.
template <class F>
bool WithNumbers(ElementType type, F&& f) {
  if (type == ElementType::kFloat32) return f(float{}), true;
  if (type == ElementType::kFloat64) return f(double{}), true;
  return WithInteger(type, f);
}

using Shape64 = std::vector<int64_t>;

// What an evaluator sees: a node and the tensors of its inputs. It either computes, or fails (the
// inputs cannot be valid), or declines (no answer from here; the node stays as it is).
class EvaluateContext {
 public:
  EvaluateContext(const Node& node, int64_t opset, const std::vector<TensorPtr>& inputs,
                  int64_t max_bytes)
      : node_(node), opset_(opset), inputs_(inputs), max_bytes_(max_bytes) {}

  const Node& node() const { return node_; }
  int64_t opset() const { return opset_; }
  size_t num_inputs() const { return inputs_.size(); }
  bool Has(size_t i) const { return i < inputs_.size() && inputs_[i]; }
  // An input that is there.
  const TensorData& in(size_t i) const { return *inputs_[i]; }
  const TensorPtr& ptr(size_t i) const { return inputs_[i]; }

  // The integers of an input. Errors: another type.
  Result<std::vector<int64_t>> Ints(size_t i) const;
  // The attribute, or else input `i`; nullopt if neither is there.
  Result<std::optional<std::vector<int64_t>>> AttributeOrInput(std::string_view name,
                                                               size_t i) const;
  Result<size_t> Axis(int64_t axis, size_t rank) const;
  // Distinct axes as flags; all of them for an empty list.
  Result<std::vector<bool>> AxisFlags(const std::vector<int64_t>& axes, size_t rank) const;

  // Memory for a result, zeros. Declines what is too large, and elements without a fixed size.
  Result<std::string> Allocate(ElementType type, const Shape64& dims);
  // Bytes of one element. Declines strings and elements of less than a byte.
  Result<size_t> ElementBytes(ElementType type);

  template <class... Args>
  tl::unexpected<Error> Fail(fmt::format_string<Args...> format, Args&&... args) const {
    return MakeError(Code::kInvalidArgument, format, std::forward<Args>(args)...);
  }
  tl::unexpected<Error> Decline();
  bool declined() const { return declined_; }

 private:
  const Node& node_;
  int64_t opset_;
  const std::vector<TensorPtr>& inputs_;
  int64_t max_bytes_;
  bool declined_ = false;
};

using Outputs = std::vector<TensorPtr>;

struct Evaluator {
  std::string_view op;
  size_t min_inputs, max_inputs;
  Result<Outputs> (*evaluate)(EvaluateContext& c);
  // Tensors of half precision come as float32 and go back rounded.
  bool half_as_float = false;
};

constexpr size_t kAnyNumber = SIZE_MAX;

Span<const Evaluator> ArithmeticEvaluators();
Span<const Evaluator> CastEvaluators();
Span<const Evaluator> CompareEvaluators();
Span<const Evaluator> GenerateEvaluators();
Span<const Evaluator> IndexEvaluators();
Span<const Evaluator> MatmulEvaluators();
Span<const Evaluator> MoveEvaluators();
Span<const Evaluator> ReduceEvaluators();
Span<const Evaluator> ReshapeEvaluators();

}  // namespace mmdeploy::graph
