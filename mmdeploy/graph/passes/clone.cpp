#include "mmdeploy/graph/passes/clone.h"

#include <type_traits>

namespace mmdeploy::graph {

namespace {

template <class T>
constexpr bool kIsGraph = std::is_same_v<T, std::unique_ptr<Graph>> ||
                          std::is_same_v<T, std::vector<std::unique_ptr<Graph>>>;

}  // namespace

Node* CloneNode(const Node& node, Node* before, ValueMap* values) {
  std::vector<Value*> inputs;
  for (size_t i = 0; i < node.num_inputs(); ++i) {
    const auto found = values->find(node.input(i));
    inputs.push_back(found == values->end() ? node.input(i) : found->second);
  }
  Node* copy = before->graph()->AddNode(node.op(), inputs, before, node.domain());
  copy->overload = node.overload;
  for (const Attribute& attribute : node.attributes()) {
    std::visit(
        [&](const auto& value) {
          if constexpr (!kIsGraph<std::decay_t<decltype(value)>>) copy->Set(attribute.name, value);
        },
        attribute.value);
  }
  for (size_t i = 0; i < node.num_outputs(); ++i) {
    Value* output = copy->AddOutput(node.output(i)->name());
    output->type = node.output(i)->type;
    (*values)[node.output(i)] = output;
  }
  return copy;
}

}  // namespace mmdeploy::graph
