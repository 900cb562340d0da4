#include <cstdio>
#include <opencv2/core.hpp>

#include "mmdeploy/backend/registry.h"
#include "mmdeploy/base/parallel.h"
#include "mmdeploy/cli/command.h"
#include "mmdeploy/codebase/head.h"

namespace mmdeploy::cli {
namespace {

// What is installed, for people and, as JSON, for the tables of the documentation.
Json Collect() {
  Json report = {{"version", MMDEPLOY_VERSION}, {"processors", NumProcessors()},
                 {"opencv", CV_VERSION},        {"engines", Json::array()},
                 {"transforms", Json::array()}, {"heads", Json::array()},
                 {"modules", Json::array()}};
  for (const auto& name : EngineNames()) {
    const auto engine = FindEngine(name);
    const auto version = engine ? (*engine)->version() : std::string();
    Json row = {{"name", name}, {"version", version}};
    if (version.empty()) {
      row["missing"] =
          engine ? (*engine)->Load({}, {}).error().message() : engine.error().message();
    }
    report["engines"].push_back(std::move(row));
  }
  for (const auto& type : TransformTypes()) report["transforms"].push_back(type.name);
  for (const auto& type : HeadTypes()) report["heads"].push_back({type.codebase, type.component});
  for (const auto& type : ModuleTypes()) report["modules"].push_back(type.name);
  return report;
}

int Doctor(bool json) {
  const Json report = Collect();
  int missing = 0;
  for (const auto& engine : report["engines"]) missing += engine.contains("missing");
  if (json) {
    Print("{}\n", DumpJson(report, 2));
    return missing ? 1 : 0;
  }
  Print("mmdeploy {}\n", MMDEPLOY_VERSION);
  Print("  processors   {}\n", NumProcessors());
  Print("  OpenCV       {}\n", CV_VERSION);
  Print("  transforms   {}\n", report["transforms"].size());
  Print("  heads        {}\n", report["heads"].size());
  Print("engines\n");
  for (const auto& engine : report["engines"]) {
    const bool ready = !engine.contains("missing");
    Print("  {:<12} {}\n", engine["name"].get<std::string>(),
          ready ? engine["version"].get<std::string>()
                : "missing: " + engine["missing"].get<std::string>());
  }
  return missing ? 1 : 0;
}

}  // namespace

void AddDoctor(CLI::App* app, int* status) {
  auto json = std::make_shared<bool>(false);
  app->add_flag("--json", *json, "print as JSON");
  app->callback([json, status] { *status = Doctor(*json); });
}

}  // namespace mmdeploy::cli
