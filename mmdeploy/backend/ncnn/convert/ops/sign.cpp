#include "mmdeploy/backend/ncnn/convert/ops/sign.h"

#include <algorithm>
#include <cfloat>
#include <set>

namespace mmdeploy::ncnn_convert {

using graph::Node;
using graph::Value;

namespace {

// How far back is looked.
constexpr int kMaxDepth = 16;

bool AllAtLeast(const Value& value, double least) {
  const auto numbers = value.constant()->Numbers();
  return numbers && std::all_of(numbers->begin(), numbers->end(),
                                [&](double number) { return number >= least; });
}

const std::set<std::string_view>& NeverNegative() {
  static const auto* ops = new std::set<std::string_view>{
      "Abs",  "Cosh",    "Exp",     "HardSigmoid", "ReduceL1", "ReduceL2", "ReduceSumSquare",
      "Relu", "Sigmoid", "Softmax", "Softplus",    "Sqrt"};
  return *ops;
}

// The sign of the result is that of the inputs.
const std::set<std::string_view>& KeepSign() {
  static const auto* ops = new std::set<std::string_view>{
      "AveragePool",   "Concat",   "Expand",  "Flatten",   "Gather",     "GlobalAveragePool",
      "GlobalMaxPool", "Identity", "MaxPool", "ReduceMax", "ReduceMean", "ReduceMin",
      "Reshape",       "Slice",    "Squeeze", "Tile",      "Transpose",  "Unsqueeze"};
  return *ops;
}

// The least value that Clip lets through.
double LowerBound(const Node& clip) {
  if (!clip.input(1)) return clip.Float("min", -FLT_MAX);
  return graph::ConstantNumber(clip.input(1)).value_or(-FLT_MAX);
}

bool AtLeast(const Value& value, bool positive, int depth);

bool AnyInput(const Node& node, bool positive, int depth) {
  for (size_t i = 0; i < node.num_inputs(); ++i) {
    if (node.input(i) && AtLeast(*node.input(i), positive, depth)) return true;
  }
  return false;
}

bool AllInputs(const Node& node, bool positive, int depth) {
  for (size_t i = 0; i < node.num_inputs(); ++i) {
    if (!node.input(i) || !AtLeast(*node.input(i), positive, depth)) return false;
  }
  return node.num_inputs() > 0;
}

bool IsEven(const Value* exponent) {
  const auto number = exponent ? graph::ConstantNumber(exponent) : std::nullopt;
  return number && *number > 0 && static_cast<int64_t>(*number) % 2 == 0 &&
         static_cast<double>(static_cast<int64_t>(*number)) == *number;
}

// Of what needs no positive operand to be 0 or more.
bool NonNegativeByNature(const Node& node, int depth) {
  if (NeverNegative().count(node.op()) > 0) return true;
  if (node.op() == "Mul") {
    return node.input(0) == node.input(1) || AllInputs(node, false, depth);
  }
  if (node.op() == "Pow") return IsEven(node.input(1)) || AtLeast(*node.input(0), false, depth);
  return false;
}

bool AtLeast(const Value& value, bool positive, int depth) {
  if (value.constant()) return AllAtLeast(value, positive ? FLT_MIN : 0);
  const Node* node = value.producer();
  if (!node || !node->domain().empty() || depth == 0) return false;
  const std::string& op = node->op();
  if (op == "Clip") return LowerBound(*node) >= (positive ? FLT_MIN : 0);
  if (op == "Max") return AnyInput(*node, positive, depth - 1);
  if (op == "Min") return AllInputs(*node, positive, depth - 1);
  if (op == "Add" || op == "Sum") {
    return AllInputs(*node, false, depth - 1) && (!positive || AnyInput(*node, true, depth - 1));
  }
  if (KeepSign().count(op) > 0)
    return node->input(0) && AtLeast(*node->input(0), positive, depth - 1) &&
           (op != "Concat" || AllInputs(*node, positive, depth - 1));
  return !positive && NonNegativeByNature(*node, depth - 1);
}

}  // namespace

bool IsNonNegative(const Value& value) { return AtLeast(value, false, kMaxDepth); }

bool IsPositive(const Value& value) { return AtLeast(value, true, kMaxDepth); }

}  // namespace mmdeploy::ncnn_convert
