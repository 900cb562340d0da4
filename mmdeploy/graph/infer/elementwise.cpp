// Operators that work element by element, with broadcasting.

#include "mmdeploy/graph/infer/rules.h"

namespace mmdeploy::graph {

namespace {

// Broadcasts all inputs, which are of one element type.
Result<void> Broadcasting(InferContext& c) {
  ElementType element = c.element(0);
  OptionalDims dims = c.dims(0);
  for (size_t i = 1; i < c.num_inputs(); ++i) {
    MMDEPLOY_TRYV(c.ExpectSameElement(0, i));
    if (element == ElementType::kUndefined) element = c.element(i);
    MMDEPLOY_TRY(dims, c.Broadcast(dims, c.dims(i)));
  }
  c.Set(0, element, std::move(dims));
  return {};
}

Result<void> Comparison(InferContext& c) {
  MMDEPLOY_TRYV(c.ExpectSameElement(0, 1));
  MMDEPLOY_TRY(OptionalDims dims, c.Broadcast(c.dims(0), c.dims(1)));
  c.Set(0, ElementType::kBool, std::move(dims));
  return {};
}

Result<void> UnaryToBool(InferContext& c) {
  c.Set(0, ElementType::kBool, c.dims(0));
  return {};
}

// The exponent, or the shift, may be of another type; the result is of the type of input 0.
Result<void> Pow(InferContext& c) {
  MMDEPLOY_TRY(OptionalDims dims, c.Broadcast(c.dims(0), c.dims(1)));
  c.Set(0, c.element(0), std::move(dims));
  return {};
}

Result<void> Where(InferContext& c) {
  MMDEPLOY_TRYV(c.ExpectSameElement(1, 2));
  MMDEPLOY_TRY(OptionalDims dims, c.Broadcast(c.dims(1), c.dims(2)));
  MMDEPLOY_TRY(OptionalDims result, c.Broadcast(c.dims(0), dims));
  const bool first_known = c.element(1) != ElementType::kUndefined;
  c.Set(0, first_known ? c.element(1) : c.element(2), std::move(result));
  return {};
}

Result<void> Cast(InferContext& c) {
  const int64_t to = c.Int("to", 0);
  if (to <= 0 || to > INT32_MAX)
    return c.Fail("attribute 'to' is {}, allowed: an element type", to);
  c.Set(0, static_cast<ElementType>(to), c.dims(0));
  return {};
}

Result<void> CastLike(InferContext& c) {
  c.Set(0, c.element(1), c.dims(0));
  return {};
}

// The slope broadcasts to the input, never the other way round.
Result<void> PRelu(InferContext& c) {
  MMDEPLOY_TRYV(c.ExpectSameElement(0, 1));
  auto broadcast = c.Broadcast(c.dims(0), c.dims(1));
  if (!broadcast) return MakeError(std::move(broadcast).error().In("slope"));
  return InferSameType(c);
}

Result<void> Clip(InferContext& c) {
  for (size_t i = 1; i < c.num_inputs(); ++i) MMDEPLOY_TRYV(c.ExpectSameElement(0, i));
  return InferSameType(c);
}

Result<void> Dropout(InferContext& c) {
  // Before version 10 the mask had the type of the data.
  c.SetType(0, c.type(0));
  c.Set(1, c.opset() < 10 ? c.element(0) : ElementType::kBool, c.dims(0));
  return {};
}

Result<void> QuantizeLinear(InferContext& c) {
  ElementType element = c.Has(2) ? c.element(2) : ElementType::kUint8;
  if (const int64_t type = c.Int("output_dtype", 0); !c.Has(2) && type > 0 && type <= INT32_MAX) {
    element = static_cast<ElementType>(type);
  }
  c.Set(0, element, c.dims(0));
  return {};
}

Result<void> DequantizeLinear(InferContext& c) {
  MMDEPLOY_TRYV(c.ExpectSameElement(0, 2));
  ElementType element = c.element(1);
  if (const int64_t type = c.Int("output_dtype", 0); type > 0 && type <= INT32_MAX) {
    element = static_cast<ElementType>(type);
  }
  c.Set(0, element, c.dims(0));
  return {};
}

Result<void> DynamicQuantizeLinear(InferContext& c) {
  c.Set(0, ElementType::kUint8, c.dims(0));
  c.Set(1, ElementType::kFloat32, Dims());
  c.Set(2, ElementType::kUint8, Dims());
  return {};
}

constexpr InferRule kRules[] = {
    {"Abs", 1, 1, kNumbers, InferSameType},
    {"Acos", 1, 1, kFloats, InferSameType},
    {"Acosh", 1, 1, kFloats, InferSameType},
    {"Asin", 1, 1, kFloats, InferSameType},
    {"Asinh", 1, 1, kFloats, InferSameType},
    {"Atan", 1, 1, kFloats, InferSameType},
    {"Atanh", 1, 1, kFloats, InferSameType},
    {"BitwiseNot", 1, 1, kIntegers, InferSameType},
    {"Ceil", 1, 1, kFloats, InferSameType},
    {"Celu", 1, 1, kFloats, InferSameType},
    {"Cos", 1, 1, kFloats, InferSameType},
    {"Cosh", 1, 1, kFloats, InferSameType},
    {"Elu", 1, 1, kFloats, InferSameType},
    {"Erf", 1, 1, kNumbers, InferSameType},
    {"Exp", 1, 1, kFloats, InferSameType},
    {"Floor", 1, 1, kFloats, InferSameType},
    {"Gelu", 1, 1, kFloats, InferSameType},
    {"HardSigmoid", 1, 1, kFloats, InferSameType},
    {"HardSwish", 1, 1, kFloats, InferSameType},
    {"Identity", 1, 1, kAnything, InferSameType},
    {"LeakyRelu", 1, 1, kFloats, InferSameType},
    {"Log", 1, 1, kFloats, InferSameType},
    {"Mish", 1, 1, kFloats, InferSameType},
    {"Neg", 1, 1, kNumbers, InferSameType},
    {"Reciprocal", 1, 1, kFloats, InferSameType},
    {"Relu", 1, 1, kNumbers, InferSameType},
    {"Round", 1, 1, kFloats, InferSameType},
    {"RotaryEmbedding", 3, 4, kFloats, InferSameType},
    {"Selu", 1, 1, kFloats, InferSameType},
    {"Shrink", 1, 1, kNumbers, InferSameType},
    {"Sigmoid", 1, 1, kFloats, InferSameType},
    {"Sign", 1, 1, kNumbers, InferSameType},
    {"Sin", 1, 1, kFloats, InferSameType},
    {"Sinh", 1, 1, kFloats, InferSameType},
    {"Softplus", 1, 1, kFloats, InferSameType},
    {"Softsign", 1, 1, kFloats, InferSameType},
    {"Sqrt", 1, 1, kFloats, InferSameType},
    {"Swish", 1, 1, kFloats, InferSameType},
    {"Tan", 1, 1, kFloats, InferSameType},
    {"Tanh", 1, 1, kFloats, InferSameType},
    {"ThresholdedRelu", 1, 1, kFloats, InferSameType},
    {"Clip", 1, 3, kNumbers, Clip},
    {"IsInf", 1, 1, kFloats, UnaryToBool},
    {"IsNaN", 1, 1, kFloats, UnaryToBool},
    {"Not", 1, 1, kBooleans, UnaryToBool},
    {"Add", 2, 2, kNumbers, Broadcasting},
    {"Div", 2, 2, kNumbers, Broadcasting},
    {"Mul", 2, 2, kNumbers, Broadcasting},
    {"Sub", 2, 2, kNumbers, Broadcasting},
    {"Mod", 2, 2, kNumbers, Broadcasting},
    {"BitShift", 2, 2, kIntegers, Broadcasting},
    {"BitwiseAnd", 2, 2, kIntegers, Broadcasting},
    {"BitwiseOr", 2, 2, kIntegers, Broadcasting},
    {"BitwiseXor", 2, 2, kIntegers, Broadcasting},
    {"Max", 1, kVariadic, kNumbers, Broadcasting},
    {"Mean", 1, kVariadic, kFloats, Broadcasting},
    {"Min", 1, kVariadic, kNumbers, Broadcasting},
    {"Sum", 1, kVariadic, kFloats, Broadcasting},
    {"Pow", 2, 2, kNumbers, Pow},
    {"And", 2, 2, kBooleans, Comparison},
    {"Or", 2, 2, kBooleans, Comparison},
    {"Xor", 2, 2, kBooleans, Comparison},
    {"Equal", 2, 2, kAnything, Comparison},
    {"Greater", 2, 2, kNumbers, Comparison},
    {"GreaterOrEqual", 2, 2, kNumbers, Comparison},
    {"Less", 2, 2, kNumbers, Comparison},
    {"LessOrEqual", 2, 2, kNumbers, Comparison},
    {"Where", 3, 3, kBooleans, Where},
    {"Cast", 1, 1, kAnything, Cast},
    {"CastLike", 2, 2, kAnything, CastLike},
    {"PRelu", 2, 2, kNumbers, PRelu},
    {"Dropout", 1, 3, kFloats, Dropout},
    {"QuantizeLinear", 2, 3, kAnything, QuantizeLinear},
    {"DequantizeLinear", 2, 3, kAnything, DequantizeLinear},
    {"DynamicQuantizeLinear", 1, 1, kFloats, DynamicQuantizeLinear},
};

}  // namespace

Span<const InferRule> ElementwiseRules() { return kRules; }

}  // namespace mmdeploy::graph
