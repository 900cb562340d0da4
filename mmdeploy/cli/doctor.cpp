#include <cstdio>
#include <opencv2/core.hpp>

#include "mmdeploy/backend/registry.h"
#include "mmdeploy/base/parallel.h"
#include "mmdeploy/cli/command.h"
#include "mmdeploy/codebase/head.h"

namespace mmdeploy::cli {
namespace {

int Doctor() {
  fmt::print("mmdeploy {}\n", MMDEPLOY_VERSION);
  fmt::print("  processors   {}\n", NumProcessors());
  fmt::print("  OpenCV       {}\n", CV_VERSION);
  fmt::print("  transforms   {}\n", TransformTypes().size());
  fmt::print("  heads        {}\n", HeadTypes().size());
  fmt::print("engines\n");
  int missing = 0;
  for (const auto& name : EngineNames()) {
    const auto engine = FindEngine(name);
    const auto version = engine ? (*engine)->version() : std::string();
    if (!version.empty()) {
      fmt::print("  {:<12} {}\n", name, version);
      continue;
    }
    ++missing;
    const auto reason = engine ? (*engine)->Load({}, {}).error().message() : engine.error().message();
    fmt::print("  {:<12} missing: {}\n", name, reason);
  }
  return missing ? 1 : 0;
}

}  // namespace

void AddDoctor(CLI::App* app, int* status) {
  app->callback([status] { *status = Doctor(); });
}

}  // namespace mmdeploy::cli
