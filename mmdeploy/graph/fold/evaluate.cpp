#include "mmdeploy/graph/fold/evaluate.h"

#include <algorithm>
#include <string>
#include <unordered_map>

#include "mmdeploy/base/half.h"
#include "mmdeploy/graph/fold.h"
#include "mmdeploy/graph/fold/evaluate_context.h"

namespace mmdeploy::graph {

namespace {

// More than any arithmetic on shapes or weights needs.
constexpr int64_t kMaxBytes = int64_t{1} << 30;

constexpr int64_t kNewestOpset = 1000;

using EvaluatorMap = std::unordered_map<std::string_view, const Evaluator*>;

const EvaluatorMap& Evaluators() {
  static const EvaluatorMap map = [] {
    EvaluatorMap all;
    for (Span<const Evaluator> family :
         {ArithmeticEvaluators(), CastEvaluators(), CompareEvaluators(), GenerateEvaluators(),
          IndexEvaluators(), MatmulEvaluators(), MoveEvaluators(), ReduceEvaluators(),
          ReshapeEvaluators()}) {
      for (const Evaluator& evaluator : family) all.emplace(evaluator.op, &evaluator);
    }
    return all;
  }();
  return map;
}

// Dimensions beside one of 0 may be anything; these keep products of them far from overflow.
bool IsReasonable(const Shape64& dims) {
  int64_t product = 1;
  for (int64_t dim : dims) {
    if (__builtin_mul_overflow(product, std::max<int64_t>(dim, 1), &product)) return false;
  }
  return product < (int64_t{1} << 48) && dims.size() <= 64;
}

TensorPtr ToFloat(const TensorData& half) {
  std::vector<float> values;
  values.reserve(static_cast<size_t>(half.num_elements()));
  for (uint16_t bits : half.Values<uint16_t>()) values.push_back(HalfToFloat(bits));
  return TensorData::Make<float>(half.dims(), values);
}

TensorPtr ToHalf(const TensorData& tensor) {
  std::string bytes;
  for (float value : tensor.Values<float>()) {
    const uint16_t bits = FloatToHalf(value);
    bytes.append(reinterpret_cast<const char*>(&bits), sizeof(bits));
  }
  return TensorData::Own(ElementType::kFloat16, tensor.dims(), std::move(bytes));
}

// Runs an evaluator on float32 in place of half precision, which has no arithmetic here.
Result<Outputs> EvaluateHalf(const Evaluator& evaluator, const Node& node, int64_t opset,
                             std::vector<TensorPtr> inputs, int64_t max_bytes, bool* declined) {
  for (TensorPtr& input : inputs) {
    if (input && input->type() == ElementType::kFloat16) input = ToFloat(*input);
  }
  EvaluateContext c(node, opset, inputs, max_bytes * 2);
  Result<Outputs> outputs = evaluator.evaluate(c);
  *declined = c.declined();
  if (!outputs) return outputs;
  for (TensorPtr& output : *outputs) {
    if (output && output->type() == ElementType::kFloat32) output = ToHalf(*output);
  }
  return outputs;
}

}  // namespace

Result<Outputs> EvaluateNode(const Node& node, int64_t opset, const std::vector<TensorPtr>& inputs,
                             int64_t max_bytes) {
  if (!node.domain().empty()) return Outputs();
  auto found = Evaluators().find(node.op());
  if (found == Evaluators().end()) return Outputs();
  const Evaluator& evaluator = *found->second;
  EvaluateContext c(node, opset, inputs, max_bytes);
  for (size_t i = 0; i < evaluator.min_inputs; ++i) {
    if (!c.Has(i)) return c.Fail("input {} is missing", i);
  }
  if (inputs.size() > evaluator.max_inputs) {
    return c.Fail("found {} inputs, allowed at most {}", inputs.size(), evaluator.max_inputs);
  }
  for (const TensorPtr& input : inputs) {
    if (input && !IsReasonable(input->dims())) return Outputs();
  }
  const bool has_half = std::any_of(inputs.begin(), inputs.end(), [](const TensorPtr& input) {
    return input && input->type() == ElementType::kFloat16;
  });
  bool declined = false;
  Result<Outputs> outputs = has_half && evaluator.half_as_float
                                ? EvaluateHalf(evaluator, node, opset, inputs, max_bytes, &declined)
                                : evaluator.evaluate(c);
  if (!outputs && (declined || c.declined())) return Outputs();
  if (outputs && outputs->size() < node.num_outputs()) outputs->resize(node.num_outputs());
  return outputs;
}

Result<std::vector<TensorPtr>> Evaluate(const Node& node, const std::vector<TensorPtr>& inputs) {
  const int64_t version = node.graph()->model()->opset(node.domain());
  auto outputs = EvaluateNode(node, version > 0 ? version : kNewestOpset, inputs, kMaxBytes);
  if (!outputs) return MakeError(outputs.error().In(Describe(node)));
  return outputs;
}

std::vector<std::string> OperatorsEvaluated() {
  std::vector<std::string> names;
  for (const auto& [op, evaluator] : Evaluators()) names.emplace_back(op);
  std::sort(names.begin(), names.end());
  return names;
}

// ------------------------------------------------------------------------------ EvaluateContext

tl::unexpected<Error> EvaluateContext::Decline() {
  declined_ = true;
  return MakeError(Code::kNotSupported, "not evaluated here");
}

Result<std::vector<int64_t>> EvaluateContext::Ints(size_t i) const {
  std::optional<std::vector<int64_t>> integers = in(i).Integers();
  if (!integers) return Fail("input {} is {}, needed integers", i, Name(in(i).type()));
  return std::move(*integers);
}

Result<std::optional<std::vector<int64_t>>> EvaluateContext::AttributeOrInput(std::string_view name,
                                                                              size_t i) const {
  using Given = std::optional<std::vector<int64_t>>;
  if (const auto* ints = node_.Get<std::vector<int64_t>>(name)) return Given(*ints);
  if (!Has(i)) return Given();
  MMDEPLOY_TRY(std::vector<int64_t> ints, Ints(i));
  return Given(std::move(ints));
}

Result<size_t> EvaluateContext::Axis(int64_t axis, size_t rank) const {
  const auto size = static_cast<int64_t>(rank);
  if (axis < -size || axis >= size) {
    return Fail("axis {} for {} dimensions, allowed {}..{}", axis, rank, -size, size - 1);
  }
  return static_cast<size_t>(axis < 0 ? axis + size : axis);
}

Result<std::vector<bool>> EvaluateContext::AxisFlags(const std::vector<int64_t>& axes,
                                                     size_t rank) const {
  std::vector<bool> flags(rank, axes.empty());
  for (int64_t axis : axes) {
    MMDEPLOY_TRY(const size_t place, Axis(axis, rank));
    if (flags[place]) return Fail("axis {} is given twice", axis);
    flags[place] = true;
  }
  return flags;
}

Result<std::string> EvaluateContext::Allocate(ElementType type, const Shape64& dims) {
  Result<int64_t> bytes = NumBytes(type, dims);
  if (!IsReasonable(dims)) return Decline();
  if (!bytes) return BitsOf(type) == 0 ? Decline() : MakeError(std::move(bytes).error());
  // An input that is read twice counts once: otherwise Concat(x, x) could double without end.
  std::vector<const TensorData*> distinct;
  for (const TensorPtr& input : inputs_) distinct.push_back(input.get());
  std::sort(distinct.begin(), distinct.end());
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  int64_t input_bytes = 0;
  for (const TensorData* input : distinct) {
    if (input) input_bytes += static_cast<int64_t>(input->bytes().size());
  }
  const int64_t allowed = std::max(max_bytes_, input_bytes);
  if (*bytes > std::min(allowed, kMaxBytes)) return Decline();
  return std::string(static_cast<size_t>(*bytes), '\0');
}

Result<size_t> EvaluateContext::ElementBytes(ElementType type) {
  const size_t bits = BitsOf(type);
  if (bits < 8) return Decline();
  return bits / 8;
}

}  // namespace mmdeploy::graph
