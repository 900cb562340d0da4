#pragma once

#include <cstdint>
#include <string_view>

#include "mmdeploy/base/result.h"
#include "mmdeploy/base/span.h"
#include "mmdeploy/graph/infer/context.h"

namespace mmdeploy::graph {

// Sets of element types, as bits.
using ElementSet = uint32_t;
constexpr ElementSet BitOf(ElementType type) { return 1u << static_cast<int>(type); }
constexpr ElementSet kFloats = BitOf(ElementType::kFloat16) | BitOf(ElementType::kFloat32) |
                               BitOf(ElementType::kFloat64) | BitOf(ElementType::kBfloat16);
constexpr ElementSet kIntegers = BitOf(ElementType::kInt8) | BitOf(ElementType::kInt16) |
                                 BitOf(ElementType::kInt32) | BitOf(ElementType::kInt64) |
                                 BitOf(ElementType::kUint8) | BitOf(ElementType::kUint16) |
                                 BitOf(ElementType::kUint32) | BitOf(ElementType::kUint64);
constexpr ElementSet kNumbers = kFloats | kIntegers;
constexpr ElementSet kBooleans = BitOf(ElementType::kBool);
// Everything, types without a name included.
constexpr ElementSet kAnything = ~ElementSet{0};

constexpr size_t kVariadic = SIZE_MAX;

// One row of the table: what an operator gives. The first `min_inputs` inputs must be there.
struct InferRule {
  std::string_view op;
  size_t min_inputs, max_inputs;
  ElementSet elements;  // allowed for input 0
  Result<void> (*infer)(InferContext& c);
  std::string_view domain = "";
};

// One family of operators each, in a file of the same name. A new family is one line here and one
// in rules.cpp.
Span<const InferRule> ControlRules();
Span<const InferRule> ConvRules();
Span<const InferRule> ElementwiseRules();
Span<const InferRule> GatherRules();
Span<const InferRule> GenerateRules();
Span<const InferRule> MatmulRules();
Span<const InferRule> MmdeployRules();
Span<const InferRule> NormalizeRules();
Span<const InferRule> PoolRules();
Span<const InferRule> RecurrentRules();
Span<const InferRule> ReduceRules();
Span<const InferRule> ReshapeRules();
Span<const InferRule> ResizeRules();
Span<const InferRule> SequenceRules();
Span<const InferRule> SliceRules();

// Of all custom operators, whose declarations have the rules.
const InferRule& CustomOpRule();

const InferRule* FindInferRule(std::string_view domain, std::string_view op);

// Output 0 is what input 0 is; for any family.
Result<void> InferSameType(InferContext& c);

// How the symbolic elements of small integer tensors pass through operators; runs after the rule.
void InferContent(InferContext& c);

}  // namespace mmdeploy::graph
