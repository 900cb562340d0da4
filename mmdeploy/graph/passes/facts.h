#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "mmdeploy/base/span.h"
#include "mmdeploy/graph/graph.h"

// What passes ask about values, and what they make constants with.

namespace mmdeploy::graph {

// The number of dimensions, if known.
std::optional<size_t> Rank(const Value* value);

// Whether dimension `axis` is known, and its value.
std::optional<int64_t> KnownDim(const Value* value, size_t axis);

// Surely equal dimensions: numbers or symbols, none unknown.
bool SameDims(const Value* a, const Value* b);

// Surely equal element types.
bool SameElement(const Value* a, const Value* b);

// float16, float32, float64 or bfloat16.
bool IsFloat(const Value* value);

// float16 or float32: the element types for which engines have every operator. They have few for
// float64 beyond arithmetic, so a fusion must not turn arithmetic of it into something else.
bool IsCommonFloat(const Value* value);

// Whether all elements of a constant (at least one) are exactly `number`.
bool IsFilledWith(const Value* value, double number);

// Whether `x op operand` surely has the dimensions of x under ONNX broadcasting.
bool BroadcastsInto(const Value* operand, const Value* x);

// Integers given by an attribute in older operator sets and by a constant input in newer ones;
// nullopt if absent, or not constant.
std::optional<std::vector<int64_t>> IntsOf(const Node& node, std::string_view attribute,
                                           size_t input);

// A float16, float32 or float64 tensor from doubles; nullptr for other types or if a value is not
// finite.
TensorPtr MakeFloats(ElementType type, std::vector<int64_t> dims,
                     const std::vector<double>& values);

// Lets the users of the node's only output read `value`, which then takes its type if it has none,
// and removes the node.
void ReplaceNode(Node* node, Value* value);

// Whether the users of an output of its graph can be served by `value` without an extra Identity
// when the model is saved: not an input, a constant, another output or a value of an outer graph.
bool CanServeUses(const Value* output, const Value* value);

// Calls `f(Node*)` for all nodes, inner graphs first. `f` may erase its node.
template <class F>
void SweepNodes(Graph* graph, const F& f) {
  for (Node* node : graph->Nodes()) {
    for (Graph* inner : node->Subgraphs()) SweepNodes(inner, f);
    f(node);
  }
}

}  // namespace mmdeploy::graph
