#pragma once

#include "mmdeploy/pipeline/node_spec.h"

// The node types of a pipeline, each in a file of its own in mmdeploy/pipeline/nodes.

namespace mmdeploy {

using NodeResult = Result<std::shared_ptr<const Module>>;

// A row of the table of node types. `create` makes the module of a node and calls reader.Finish().
struct NodeType {
  std::string name;
  NodeResult (*create)(const NodeSpec& spec, JsonReader& reader, const ModuleEnv& env);
};

const std::vector<NodeType>& NodeTypes();

// Creates the module of a node of any type.
NodeResult CreateNode(const NodeSpec& spec, JsonReader& reader, const ModuleEnv& env);

NodeResult CreateTask(const NodeSpec& spec, JsonReader& reader, const ModuleEnv& env);
NodeResult CreateInference(const NodeSpec& spec, JsonReader& reader, const ModuleEnv& env);
NodeResult CreateSubPipeline(const NodeSpec& spec, JsonReader& reader, const ModuleEnv& env);
NodeResult CreateFlatten(const NodeSpec& spec, JsonReader& reader, const ModuleEnv& env);
NodeResult CreateUnflatten(const NodeSpec& spec, JsonReader& reader, const ModuleEnv& env);
NodeResult CreateCond(const NodeSpec& spec, JsonReader& reader, const ModuleEnv& env);

}  // namespace mmdeploy
