#include "mmdeploy/graph/topology.h"

#include <functional>
#include <queue>
#include <unordered_map>
#include <vector>

namespace mmdeploy::graph {

namespace {

// Calls `f` for the values of `graph` that `node` or the graphs inside it read.
template <class F>
void ForEachRead(const Graph* graph, const Node& node, F&& f) {
  auto visit = [&](const Node& reader) {
    for (size_t i = 0; i < reader.num_inputs(); ++i) {
      const Value* value = reader.input(i);
      if (value && value->graph() == graph) f(value);
    }
  };
  visit(node);
  for (Graph* inner : node.Subgraphs()) {
    ForEachNode(inner, [&](Node* reader) {
      visit(*reader);
      for (Graph* deeper : reader->Subgraphs()) visit(*deeper->result());
    });
    visit(*inner->result());
  }
}

bool IsSorted(const Graph& graph) {
  std::unordered_map<const Node*, bool> done;
  for (Node* node : graph.Nodes()) {
    bool ok = true;
    ForEachRead(&graph, *node, [&](const Value* value) {
      if (value->producer() && !done.count(value->producer())) ok = false;
    });
    if (!ok) return false;
    done.emplace(node, true);
  }
  return true;
}

struct Order {
  std::vector<Node*> nodes;                  // as given
  std::vector<size_t> missing;               // producers not placed yet, by position
  std::vector<std::vector<size_t>> readers;  // positions, by position of the producer
};

Order Dependencies(Graph* graph) {
  Order order;
  std::unordered_map<const Node*, size_t> position;
  for (Node* node : graph->Nodes()) {
    position[node] = order.nodes.size();
    order.nodes.push_back(node);
  }
  order.missing.resize(order.nodes.size());
  order.readers.resize(order.nodes.size());
  for (size_t i = 0; i < order.nodes.size(); ++i) {
    ForEachRead(graph, *order.nodes[i], [&](const Value* value) {
      if (!value->producer()) return;
      order.readers[position[value->producer()]].push_back(i);
      ++order.missing[i];
    });
  }
  return order;
}

}  // namespace

Result<void> SortNodes(Graph* graph) {
  if (IsSorted(*graph)) return {};
  Order order = Dependencies(graph);
  std::priority_queue<size_t, std::vector<size_t>, std::greater<>> ready;
  for (size_t i = 0; i < order.nodes.size(); ++i) {
    if (order.missing[i] == 0) ready.push(i);
  }
  size_t placed = 0;
  while (!ready.empty()) {
    const size_t at = ready.top();
    ready.pop();
    graph->Move(order.nodes[at], nullptr);
    ++placed;
    for (size_t reader : order.readers[at]) {
      if (--order.missing[reader] == 0) ready.push(reader);
    }
  }
  if (placed == order.nodes.size()) return {};
  for (size_t i = 0; i < order.nodes.size(); ++i) {
    if (order.missing[i] > 0) {
      return MakeError(Code::kInvalidArgument,
                       "{} nodes depend on their own outputs (a cycle), one of them is {}",
                       order.nodes.size() - placed, Describe(*order.nodes[i]));
    }
  }
  return {};
}

namespace {

int64_t RemoveDeadNodes(Graph* graph) {
  int64_t removed = 0;
  for (Node* node = graph->last(); node;) {
    Node* previous = node->prev();
    if (!node->has_uses()) {
      graph->Erase(node);
      ++removed;
    } else {
      for (Graph* inner : node->Subgraphs()) removed += RemoveDeadNodes(inner);
    }
    node = previous;
  }
  graph->RemoveUnusedConstants();
  return removed;
}

}  // namespace

int64_t RemoveDeadCode(Model* model) { return RemoveDeadNodes(model->graph()); }

}  // namespace mmdeploy::graph
