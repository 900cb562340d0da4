#include "mmdeploy/pipeline/node_spec.h"

#include <algorithm>

namespace mmdeploy {
namespace {

PortSpec ParsePort(std::string text, bool is_input) {
  PortSpec port;
  const auto take = [&](char mark) {
    const bool found = text.find(mark) != std::string::npos;
    text.erase(std::remove(text.begin(), text.end(), mark), text.end());
    return found;
  };
  if (take('*')) port.mark = InputMark::kFlatten;
  if (take('+') && port.mark == InputMark::kNone) port.mark = InputMark::kBroadcast;
  const auto equal = text.find('=');
  const auto left = text.substr(0, equal);
  const auto right = equal == std::string::npos ? left : text.substr(equal + 1);
  port.inner = is_input ? left : right;
  port.outer = is_input ? right : left;
  return port;
}

std::vector<PortSpec> ReadPorts(JsonReader& reader, std::string_view key) {
  std::vector<PortSpec> ports;
  for (auto& name : ReadNames(reader, key)) {
    ports.push_back(ParsePort(std::move(name), key == "input"));
    if (ports.back().outer.empty()) reader.Fail(key, "an empty name");
  }
  return ports;
}

}  // namespace

std::vector<std::string> ReadNames(JsonReader& reader, std::string_view key) {
  std::vector<std::string> names;
  reader.Describe(key, "string, or array of strings");
  const Json* json = reader.RequireMember(key);
  if (json && json->is_string()) {
    names.push_back(json->get<std::string>());
  } else {
    reader.Read(key, &names);
  }
  return names;
}

NodeSpec ReadNodeSpec(JsonReader& reader) {
  NodeSpec spec;
  reader.Require("type", &spec.type);
  reader.Read("name", &spec.name);
  spec.inputs = ReadPorts(reader, "input");
  spec.outputs = ReadPorts(reader, "output");
  // Hints of other runtimes that change nothing here.
  reader.Ignore({"is_batched", "is_thread_safe", "scheduler", "context", "device", "sha256",
                 "fuse_transform"});
  int64_t throttle = 0;
  reader.Read("throttle", &throttle);
  if (throttle) reader.Fail("throttle", "limiting the flow is not supported, expected 0");
  return spec;
}

}  // namespace mmdeploy
