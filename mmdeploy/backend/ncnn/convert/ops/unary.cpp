#include <map>

#include "mmdeploy/backend/ncnn/convert/ops/converter.h"

// Functions of one number.

namespace mmdeploy::ncnn_convert {

using graph::ElementType;
using graph::Node;
using graph::Value;

namespace {

// The numbers of ncnn's UnaryOp.
const std::map<std::string_view, int64_t>& Operations() {
  static const auto* operations = new std::map<std::string_view, int64_t>{
      {"Abs", 0},    {"Neg", 1},         {"Floor", 2},  {"Ceil", 3},   {"Sqrt", 5},  {"Exp", 7},
      {"Log", 8},    {"Sin", 9},         {"Cos", 10},   {"Tan", 11},   {"Asin", 12}, {"Acos", 13},
      {"Atan", 14},  {"Reciprocal", 15}, {"Tanh", 16},  {"Round", 18}, {"Sign", 20}, {"Sinh", 22},
      {"Asinh", 23}, {"Cosh", 24},       {"Acosh", 25}, {"Atanh", 26},
  };
  return *operations;
}

Result<void> ConvertUnary(const Node& node, Emitter* emitter) {
  emitter->Add("UnaryOp", node)->Set(0, Operations().at(node.op()));
  return {};
}

// How many bits of a whole number a type holds; 0 for a type that is rounded otherwise than here.
int Bits(ElementType type) {
  switch (type) {
    case ElementType::kFloat16:
    case ElementType::kFloat32:
    case ElementType::kFloat64:
    case ElementType::kInt64:
    case ElementType::kUint64:
      return 64;
    case ElementType::kInt32:
    case ElementType::kUint32:
      return 32;
    case ElementType::kInt16:
    case ElementType::kUint16:
      return 16;
    case ElementType::kInt8:
    case ElementType::kUint8:
      return 8;
    case ElementType::kBool:
      return 1;
    default:
      return 0;
  }
}

bool IsReal(ElementType type) {
  return type == ElementType::kFloat32 || type == ElementType::kFloat16 ||
         type == ElementType::kFloat64;
}

// What a cast to bool asks, of no number too.
Result<void> AddNotZero(const Node& node, Emitter* emitter) {
  constexpr int64_t kNotEqual = 5;
  const size_t rank = BlobRank(*node.output());
  const std::string zero = emitter->Literal(node, {0.0F}, std::vector<int64_t>(rank, 1));
  emitter->Add("Compare", node, {emitter->Read(node.input(0)), zero})->Set(0, kNotEqual);
  return {};
}

// All numbers are floats here; only what a cast cuts off has to be done. What it does to numbers
// that do not fit is said of whole ones only: they lose their upper bits.
Result<void> ConvertCast(const Node& node, Emitter* emitter) {
  const auto to = static_cast<ElementType>(node.Int("to", 1));
  const ElementType from = node.input(0)->type.element;
  if (to == ElementType::kBool && from != ElementType::kBool) return AddNotZero(node, emitter);
  MMDEPLOY_ENSURE(Bits(to) > 0 && Bits(from) > 0 && (IsReal(from) || Bits(to) >= Bits(from)),
                  Code::kNotSupported, "a cast from {} to {}, which changes numbers", Name(from),
                  Name(to));
  if (IsReal(from) && !IsReal(to)) {
    constexpr int64_t kTrunc = 19;
    emitter->Add("UnaryOp", node)->Set(0, kTrunc);
    return {};
  }
  emitter->Add("Noop", node);
  return {};
}

Result<void> ConvertIdentity(const Node& node, Emitter* emitter) {
  emitter->Add("Noop", node);
  return {};
}

Result<void> ConvertDropout(const Node& node, Emitter* emitter) {
  MMDEPLOY_ENSURE(node.num_outputs() < 2 || !node.output(1)->has_uses(), Code::kNotSupported,
                  "its mask is used");
  const Value* training = node.input(2);
  const bool drops_nothing = node.input(1) && graph::ConstantNumber(node.input(1)) == 0.0;
  MMDEPLOY_ENSURE(!training || drops_nothing || graph::ConstantNumber(training) == 0.0,
                  Code::kNotSupported, "training_mode '{}', which must be a constant of false",
                  training->name());
  emitter->Add("Noop", node);
  return {};
}

}  // namespace

std::vector<Converter> unary_converters() {
  std::vector<Converter> converters = {
      {"Cast", ConvertCast, 1, {"saturate", "to"}},
      {"Dropout", ConvertDropout, 3, {"is_test", "ratio", "seed"}},
      {"Identity", ConvertIdentity},
  };
  for (const auto& [op, number] : Operations()) converters.push_back({op, ConvertUnary});
  return converters;
}

}  // namespace mmdeploy::ncnn_convert
