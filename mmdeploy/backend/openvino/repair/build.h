#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "mmdeploy/graph/graph.h"
#include "mmdeploy/graph/passes/facts.h"

// What repairs make nodes with.

namespace mmdeploy::openvino {

// A node of one output before `at`, called after what `at` makes.
inline graph::Value* Add(std::string_view op, const std::vector<graph::Value*>& inputs,
                         graph::Node* at) {
  return at->graph()->AddOp(std::string(op), inputs, at, at->output()->name());
}

inline graph::Value* AddInts(const std::vector<int64_t>& values, graph::Node* at) {
  return at->graph()->AddConstant(graph::TensorData::Vector(values), at->output()->name());
}

// The operator set that the node's model imports; the newest if it names none.
inline int64_t OpsetOf(const graph::Node& node) {
  const int64_t opset = node.graph()->model()->opset();
  return opset > 0 ? opset : 1000;
}

// A node with dimensions taken out: an attribute before operator set 13, an input from then on.
inline graph::Value* AddSqueeze(graph::Value* x, const std::vector<int64_t>& axes,
                                graph::Node* at) {
  if (OpsetOf(*at) >= 13) return Add("Squeeze", {x, AddInts(axes, at)}, at);
  graph::Value* squeezed = Add("Squeeze", {x}, at);
  squeezed->producer()->Set("axes", axes);
  return squeezed;
}

}  // namespace mmdeploy::openvino
