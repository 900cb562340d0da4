#include "mmdeploy/cli/command.h"
#include "mmdeploy/codebase/head.h"
#include "mmdeploy/model/deploy_spec.h"
#include "mmdeploy/pipeline/nodes.h"

namespace mmdeploy::cli {
namespace {

// The keys below `path`, which is left out of their names.
Json KeysBelow(const JsonKeyLog& log, const std::string& path) {
  Json keys = Json::array();
  for (const JsonKey& key : log.keys()) {
    if (key.path.compare(0, path.size(), path) != 0) continue;
    keys.push_back({{"key", key.path.substr(path.size())},
                    {"type", key.type},
                    {"default", key.fallback},
                    {"allowed", key.allowed},
                    {"required", key.required},
                    {"ignored", key.ignored}});
  }
  return keys;
}

// The keys that are asked for while a pipeline of this one node is compiled. That it is incomplete,
// and thus refused, is no matter.
JsonKeyLog KeysOfNode(Json node) {
  JsonKeyLog log;
  PipelineOptions options;
  options.keys = &log;
  node["input"] = node["output"] = Json::array();
  const Json pipeline = {{"input", Json::array()},
                         {"output", Json::array()},
                         {"tasks", Json::array({std::move(node)})}};
  (void)Pipeline::Compile(pipeline, JsonPath("pipeline.json"), nullptr, options);
  return log;
}

Json DeployKeys() {
  JsonKeyLog log;
  JsonNotes notes;
  notes.keys = &log;
  const Json model = {{"name", "n"}, {"net", "n"}, {"backend", "b"}};
  (void)ReadDeploySpec({{"version", "0.7.0"}, {"models", Json::array({model})}}, &notes);
  return KeysBelow(log, "deploy.json:/");
}

constexpr char kNode[] = "pipeline.json:/tasks/0/";

Json NodeKeys() {
  Json nodes = Json::object();
  for (const NodeType& type : NodeTypes()) {
    const Json node = {{"type", type.name}, {"params", Json::object()}};
    nodes[type.name] = KeysBelow(KeysOfNode(node), kNode);
  }
  return nodes;
}

Json ModuleKeys() {
  Json modules = Json::object();
  for (const ModuleType& type : ModuleTypes()) {
    const Json node = {{"type", "Task"}, {"module", type.name}};
    modules[type.name] = KeysBelow(KeysOfNode(node), kNode);
  }
  return modules;
}

Json TransformKeys() {
  Json transforms = Json::object();
  for (const TransformType& type : TransformTypes()) {
    const Json step = {{"type", type.name}};
    const Json node = {
        {"type", "Task"}, {"module", "Transform"}, {"transforms", Json::array({step})}};
    transforms[type.name] = KeysBelow(KeysOfNode(node), std::string(kNode) + "transforms/0/");
  }
  return transforms;
}

Json HeadKeys() {
  Json heads = Json::object();
  for (const HeadType& type : HeadTypes()) {
    const Json node = {{"type", "Task"},
                       {"module", type.codebase},
                       {"component", type.component},
                       {"params", {{"rcnn", Json::object()}}}};
    heads[type.codebase + "." + type.component] =
        KeysBelow(KeysOfNode(node), std::string(kNode) + "params/");
  }
  return heads;
}

}  // namespace

void AddSchema(CLI::App* app, int* status) {
  app->callback([status] {
    const Json schema = {
        {"deploy.json", DeployKeys()},
        {"pipeline.json", KeysBelow(KeysOfNode({{"type", ""}}), "pipeline.json:/")},
        {"nodes", NodeKeys()},
        {"modules", ModuleKeys()},
        {"transforms", TransformKeys()},
        {"heads", HeadKeys()}};
    Print("{}\n", DumpJson(schema, 1));
    *status = 0;
  });
}

}  // namespace mmdeploy::cli
