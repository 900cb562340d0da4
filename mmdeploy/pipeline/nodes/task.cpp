#include "mmdeploy/base/suggest.h"
#include "mmdeploy/pipeline/nodes.h"

namespace mmdeploy {

const std::vector<NodeType>& NodeTypes() {
  static const auto* types = new std::vector<NodeType>{
      {"Task", CreateTask},       {"Inference", CreateInference}, {"Pipeline", CreateSubPipeline},
      {"Flatten", CreateFlatten}, {"Unflatten", CreateUnflatten}, {"Cond", CreateCond},
  };
  return *types;
}

NodeResult CreateNode(const NodeSpec& spec, JsonReader& reader, const ModuleEnv& env) {
  std::vector<std::string> known;
  for (const auto& type : NodeTypes()) {
    if (type.name == spec.type) return type.create(spec, reader, env);
    known.push_back(type.name);
  }
  return MakeError(Code::kNotSupported, "{}: unknown node type '{}', known: {}",
                   (reader.path() / "type").str(), spec.type, ListAllowed(spec.type, known));
}

NodeResult CreateTask(const NodeSpec&, JsonReader& reader, const ModuleEnv& env) {
  std::string name;
  reader.Require("module", &name);
  if (!reader.ok() || name.empty()) {
    MMDEPLOY_TRYV(reader.Finish());
    return MakeError(Code::kFail, "{}: expected the name of a module, found ''",
                     (reader.path() / "module").str());
  }
  std::vector<std::string> known;
  for (const auto* table : {&env.options->extra_modules, &ModuleTypes()}) {
    for (const auto& type : *table) {
      if (type.name == name) return type.create(reader, env);
      known.push_back(type.name);
    }
  }
  return MakeError(Code::kNotSupported, "{}: unknown module '{}', known: {}",
                   (reader.path() / "module").str(), name, ListAllowed(name, known));
}

}  // namespace mmdeploy
