#include <algorithm>
#include <map>

#include "mmdeploy/backend/ncnn/convert/ops/converter.h"

// Functions of two numbers, with the broadcasting of ONNX.

namespace mmdeploy::ncnn_convert {

using graph::ElementType;
using graph::Node;
using graph::Value;

namespace {

struct Operation {
  int64_t number = 0;    // of ncnn's BinaryOp
  int64_t reversed = 0;  // for exchanged operands
};

const std::map<std::string_view, Operation>& Operations() {
  static const auto* operations = new std::map<std::string_view, Operation>{
      {"Add", {0, 0}}, {"Sub", {1, 7}},  {"Mul", {2, 2}},  {"Div", {3, 8}}, {"Max", {4, 4}},
      {"Min", {5, 5}}, {"RSub", {7, 1}}, {"RDiv", {8, 3}}, {"Sum", {0, 0}},
  };
  return *operations;
}

// A constant of one element that does not add dimensions.
std::optional<double> Scalar(const Value& value, const Value& other) {
  if (!value.constant() || other.constant() || value.constant()->num_elements() != 1) return {};
  if (value.constant()->rank() > other.type.dims->size()) return {};
  return graph::ConstantNumber(&value);
}

// ncnn divides real numbers.
bool DividesIntegers(const Node& node) {
  return node.op() == "Div" && node.output()->type.element != ElementType::kFloat32 &&
         node.output()->type.element != ElementType::kFloat16 &&
         node.output()->type.element != ElementType::kFloat64;
}

// By a layer of ours, which cuts the fraction off exactly.
Result<void> AddIntegerDiv(const Node& node, Emitter* emitter) {
  const size_t rank = BlobRank(*node.output());
  emitter->Add(
      "IntegerDiv", node,
      {emitter->ReadAs(node, node.input(0), rank), emitter->ReadAs(node, node.input(1), rank)});
  return {};
}

Result<void> ConvertBinary(const Node& node, Emitter* emitter) {
  const Operation& operation = Operations().at(node.op());
  MMDEPLOY_ENSURE(node.num_inputs() >= 1 && node.input(0), Code::kOutOfRange, "it has no inputs");
  if (node.num_inputs() == 1) {
    emitter->Add("Noop", node);
    return {};
  }
  MMDEPLOY_ENSURE(node.input(1), Code::kOutOfRange, "an input is left out");
  if (DividesIntegers(node)) return AddIntegerDiv(node, emitter);
  if (node.Is("Mul") && node.input(0) == node.input(1)) {
    constexpr int64_t kSquare = 4;
    emitter->Add("UnaryOp", node)->Set(0, kSquare);
    return {};
  }
  if (node.num_inputs() == 2) {
    for (const size_t side : {1, 0}) {
      const Value& other = *node.input(1 - side);
      const auto scalar = Scalar(*node.input(side), other);
      if (!scalar) continue;
      Layer* layer = emitter->Add("BinaryOp", node, {emitter->Read(&other)});
      SetNumber(side == 1 ? operation.number : operation.reversed, static_cast<float>(*scalar),
                layer);
      return {};
    }
  }
  const size_t rank = BlobRank(*node.output());
  std::string left = emitter->ReadAs(node, node.input(0), rank);
  for (size_t i = 1; i < node.num_inputs(); ++i) {
    const bool last = i + 1 == node.num_inputs();
    std::vector<std::string> inputs = {left, emitter->ReadAs(node, node.input(i), rank)};
    Layer* layer =
        last ? emitter->Add("BinaryOp", node, inputs) : emitter->AddInner("BinaryOp", node, inputs);
    layer->Set(0, operation.number);
    left = layer->outputs[0];
  }
  return {};
}

}  // namespace

std::vector<Converter> binary_converters() {
  std::vector<Converter> converters;
  for (const auto& [op, operation] : Operations()) {
    const bool many = op == "Max" || op == "Min" || op == "Sum";
    if (many) {
      converters.push_back({op, ConvertBinary, kAnyInputs});
    } else {
      converters.push_back({op, ConvertBinary, 2, {"broadcast=0"}});
    }
  }
  return converters;
}

}  // namespace mmdeploy::ncnn_convert
