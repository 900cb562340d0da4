#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "mmdeploy/base/result.h"
#include "mmdeploy/graph/graph.h"
#include "mmdeploy/graph/infer/content.h"

namespace mmdeploy::graph {

// One sweep over a model in execution order, filling types and following small contents.
class Inference {
 public:
  explicit Inference(Model* model);

  // All nodes of a graph, inner graphs included. Errors name the node.
  Result<void> RunGraph(Graph* graph);
  // One node whose inputs are done. Errors do not name the node.
  Result<void> RunNode(Node* node);

  // What is known of the elements of a value; nullptr if nothing.
  const Content* content(const Value* value);
  // To be called before a value is erased.
  void Forget(const Value* value) { contents_.erase(value); }

  // Brings what is found and what the file says together in `value->type`; sizes that neither knows
  // get a symbol named after `op`. Errors: kInvalidArgument for a contradiction.
  Result<void> Refine(Value* value, ValueType found, std::string_view op);

  Model* model() const { return model_; }
  // Graphs nested deeper than this keep the types of the file: rules of loops look at their bodies
  // several times.
  static constexpr int kMaxNesting = 4;
  int nesting() const { return nesting_; }

 private:
  // A symbol of its own for a size that is known only at run time.
  Dim NewSymbol(std::string_view op);

  Model* model_;
  std::unordered_map<const Value*, Content> contents_;
  std::unordered_set<std::string> symbols_;
  std::unordered_map<std::string, int64_t> next_symbol_;
  int nesting_ = 0;
};

}  // namespace mmdeploy::graph
