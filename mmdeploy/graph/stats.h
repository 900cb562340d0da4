#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "mmdeploy/base/json.h"
#include "mmdeploy/base/result.h"
#include "mmdeploy/graph/graph.h"

namespace mmdeploy::graph {

// Multiplications with addition that a node needs, from the types of its values: convolutions,
// matrix products, recurrent cells; one per output element for all others that compute. nullopt: a
// dimension is not known.
std::optional<int64_t> CountMacs(const Node& node);

struct NodeStats;

// The nodes of a graph inside a node.
struct InnerStats {
  std::string attribute;  // "then_branch"; "graphs[1]" of a list
  std::vector<NodeStats> nodes;
};

struct NodeStats {
  const Node* node = nullptr;
  int64_t parameters = 0;               // elements of its constants of rank 1 and more
  std::optional<int64_t> macs;          // nullopt: unknown
  std::optional<int64_t> output_bytes;  // nullopt: unknown
  std::vector<InnerStats> graphs;       // inside it
};

struct Stats {
  std::vector<NodeStats> nodes;              // of the outermost graph, in order
  std::map<std::string, int64_t> operators;  // how often, inner graphs included
  int64_t parameters = 0;                    // each constant once
  int64_t weight_bytes = 0;
  int64_t macs = 0;  // of the nodes where they are known
  int64_t nodes_without_macs = 0;
  // The largest sum of values that are alive at once when nodes run in order and nothing is done in
  // place; nullopt: a size is unknown.
  std::optional<int64_t> peak_bytes;
};

// Types must have been inferred. Inner graphs count once for macs, whatever a loop does.
Stats ComputeStats(const Model& model);

Json ToJson(const Stats& stats);
// A table for people: totals, then operators.
std::string ToText(const Stats& stats);
// A table of all nodes: operator, output type, parameters, macs. Nodes inside others stand below
// them, indented, under the attribute that holds them.
std::string NodeTable(const Stats& stats);

// Sets the dimensions of inputs, so that sizes become known: name and dimensions.
// Errors: kInvalidArgument for an unknown input, another rank, or another number than declared.
Result<void> BindInputShape(Model* model, const std::string& input,
                            const std::vector<int64_t>& dims);

}  // namespace mmdeploy::graph
