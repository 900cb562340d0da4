#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

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
  // get a symbol named after `op`. A declared shape that contradicts what is found gives way to it
  // and is noted, because engines run such models; another element type is an error
  // (kInvalidArgument), because they do not.
  Result<void> Refine(Value* value, ValueType found, std::string_view op);

  // What was noted so far: declarations that gave way, a line each.
  size_t num_contradictions() const { return contradictions_.size(); }
  // Takes back what was noted beyond `count`, together with the types.
  void ForgetContradictions(size_t count) { contradictions_.resize(count); }
  void LogContradictions() const;

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
  std::vector<std::pair<const Value*, std::string>> contradictions_;
  int nesting_ = 0;
};

}  // namespace mmdeploy::graph
