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

inline graph::Value* AddCast(graph::Value* x, graph::ElementType to, graph::Node* at) {
  graph::Value* cast = Add("Cast", {x}, at);
  cast->producer()->Set("to", static_cast<int64_t>(to));
  cast->type.element = to;
  return cast;
}

// A node with zeros around: an attribute before operator set 11, an input from then on.
inline graph::Value* AddPad(graph::Value* x, const std::vector<int64_t>& pads, graph::Node* at) {
  if (OpsetOf(*at) >= 11) return Add("Pad", {x, AddInts(pads, at)}, at);
  graph::Value* padded = Add("Pad", {x}, at);
  padded->producer()->Set("pads", pads);
  return padded;
}

// Squeeze or Unsqueeze: axes are an attribute before operator set 13, an input from then on.
inline graph::Value* AddAxes(std::string_view op, graph::Value* x, const std::vector<int64_t>& axes,
                             graph::Node* at) {
  if (OpsetOf(*at) >= 13) return Add(op, {x, AddInts(axes, at)}, at);
  graph::Value* changed = Add(op, {x}, at);
  changed->producer()->Set("axes", axes);
  return changed;
}

}  // namespace mmdeploy::openvino
