#include "mmdeploy/model/deploy_spec.h"

#include <algorithm>

namespace mmdeploy {
namespace {

constexpr int kMaxBatch = 4096;

void CheckContained(JsonReader& reader, std::string_view key, const std::string& name) {
  if (!name.empty() && !IsContained(name)) {
    reader.Fail(key, fmt::format("file name '{}' leaves the model's folder; expected a relative "
                                 "name without '..'",
                                 name));
  }
}

// {"name": value}; numbers and booleans are taken as the text that they are written with.
void ReadEngineOptions(JsonReader& reader, std::map<std::string, std::string>* options) {
  constexpr const char* kKey = "engine_options";
  reader.Describe(kKey, "object of strings, numbers and booleans", "{}");
  const Json* json = reader.Find(kKey);
  if (!json) return;
  if (!json->is_object()) {
    return reader.Fail(kKey, fmt::format("expected an object, found {}", DescribeJson(*json)));
  }
  for (const auto& [name, value] : json->items()) {
    if (!value.is_primitive() || value.is_null()) {
      return reader.Fail(
          kKey, fmt::format("'{}': expected a string, a number or a boolean, found {}", name,
                            DescribeJson(value)));
    }
    (*options)[name] = value.is_string() ? value.get<std::string>() : DumpJson(value);
  }
}

Result<NetSpec> ReadNetSpec(const Json& json, const JsonPath& path, JsonNotes* notes) {
  JsonReader reader(json, path, notes);
  NetSpec spec;
  reader.Require("name", &spec.name);
  reader.Require("net", &spec.net);
  reader.Read("weights", &spec.weights);
  reader.Require("backend", &spec.backend);
  reader.Read("batch_size", &spec.batch_size, 1, kMaxBatch);
  reader.Read("precision", &spec.precision);
  reader.Read("dynamic_shape", &spec.dynamic_shape);
  reader.Read("low_latency", &spec.low_latency);
  ReadEngineOptions(reader, &spec.engine_options);
  CheckContained(reader, "net", spec.net);
  CheckContained(reader, "weights", spec.weights);
  MMDEPLOY_TRYV(reader.Finish());
  return spec;
}

}  // namespace

Result<DeploySpec> ReadDeploySpec(const Json& json, JsonNotes* notes) {
  const JsonPath root("deploy.json");
  JsonReader reader(json, root, notes);
  DeploySpec spec;
  reader.Require("version", &spec.version_text);
  reader.Read("task", &spec.task);
  reader.Read("customs", &spec.customs);
  for (const auto& custom : spec.customs) CheckContained(reader, "customs", custom);
  reader.Ignore({"producer"});
  reader.Describe("models", "array of objects");
  const Json* models = reader.RequireMember("models");
  MMDEPLOY_TRYV(reader.Finish());
  auto version = FormatVersion::Parse(spec.version_text);
  if (!version) return MakeError(version.error().In((root / "version").str()));
  spec.version = *version;
  MMDEPLOY_TRYV(ExpectArray(*models, root / "models"));
  for (size_t i = 0; i < models->size(); ++i) {
    MMDEPLOY_TRY(auto net, ReadNetSpec((*models)[i], root / "models" / i, notes));
    const bool taken = std::any_of(spec.models.begin(), spec.models.end(),
                                   [&](const NetSpec& other) { return other.name == net.name; });
    MMDEPLOY_ENSURE(!taken, Code::kFail, "{}: a second model named '{}'",
                    (root / "models" / i / "name").str(), net.name);
    spec.models.push_back(std::move(net));
  }
  return spec;
}

}  // namespace mmdeploy
