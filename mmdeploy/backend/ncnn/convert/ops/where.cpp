#include <map>

#include "mmdeploy/backend/ncnn/convert/ops/converter.h"
#include "mmdeploy/graph/passes/facts.h"

// Choices by conditions. ncnn has neither: Compare and Where are layers of ours. A condition is 0
// or 1, so that logic is arithmetic.

namespace mmdeploy::ncnn_convert {

using graph::Node;

namespace {

// All with the dimensions of the result, so that they are aligned as ONNX does.
Result<std::vector<std::string>> ReadAligned(const Node& node, Emitter* emitter) {
  const size_t rank = BlobRank(*node.output());
  std::vector<std::string> inputs;
  for (size_t i = 0; i < node.num_inputs(); ++i) {
    MMDEPLOY_ENSURE(node.input(i), Code::kOutOfRange, "an input is left out");
    inputs.push_back(emitter->ReadAs(node, node.input(i), rank));
  }
  return inputs;
}

Result<void> ConvertWhere(const Node& node, Emitter* emitter) {
  MMDEPLOY_ENSURE(node.num_inputs() == 3, Code::kOutOfRange, "it has {} inputs", node.num_inputs());
  MMDEPLOY_TRY(std::vector<std::string> inputs, ReadAligned(node, emitter));
  emitter->Add("Where", node, std::move(inputs));
  return {};
}

// Conditions differ where they are not equal.
const std::map<std::string_view, int64_t>& Comparisons() {
  static const auto* comparisons = new std::map<std::string_view, int64_t>{
      {"Equal", 0},   {"Less", 1},           {"LessOrEqual", 2},
      {"Greater", 3}, {"GreaterOrEqual", 4}, {"Xor", 5}};
  return *comparisons;
}

Result<void> ConvertComparison(const Node& node, Emitter* emitter) {
  MMDEPLOY_ENSURE(node.num_inputs() == 2, Code::kOutOfRange, "it has {} inputs", node.num_inputs());
  MMDEPLOY_TRY(std::vector<std::string> inputs, ReadAligned(node, emitter));
  Layer* layer = emitter->Add("Compare", node, std::move(inputs));
  layer->Set(0, Comparisons().at(node.op()));
  const bool whole =
      !graph::IsFloat(node.input(0)) && node.input(0)->type.element != graph::ElementType::kBool;
  if (whole) layer->Set(1, int64_t{1});
  return {};
}

// Of conditions, which are 0 and 1: the smaller one, the larger one.
Result<void> ConvertLogic(const Node& node, Emitter* emitter) {
  constexpr int64_t kMax = 4;
  constexpr int64_t kMin = 5;
  MMDEPLOY_ENSURE(node.num_inputs() == 2, Code::kOutOfRange, "it has {} inputs", node.num_inputs());
  MMDEPLOY_TRY(std::vector<std::string> inputs, ReadAligned(node, emitter));
  emitter->Add("BinaryOp", node, std::move(inputs))->Set(0, node.op() == "And" ? kMin : kMax);
  return {};
}

// 1 - x.
Result<void> ConvertNot(const Node& node, Emitter* emitter) {
  constexpr int64_t kReverseSub = 7;
  Layer* layer = emitter->Add("BinaryOp", node);
  SetNumber(kReverseSub, 1.0F, layer);
  return {};
}

}  // namespace

std::vector<Converter> where_converters() {
  std::vector<Converter> converters = {
      {"And", ConvertLogic, 2},
      {"Not", ConvertNot},
      {"Or", ConvertLogic, 2},
      {"Where", ConvertWhere, 3},
  };
  for (const auto& [op, number] : Comparisons()) converters.push_back({op, ConvertComparison, 2});
  return converters;
}

}  // namespace mmdeploy::ncnn_convert
