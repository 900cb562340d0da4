#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "mmdeploy/base/result.h"
#include "mmdeploy/cli/command.h"
#include "mmdeploy/graph/graph.h"

// `mmdeploy graph ...`: one file per subcommand, each adds itself to the parser.

namespace mmdeploy::cli {

// A model file, with shapes for inputs whose dimensions it leaves open.
struct GraphArgs {
  std::string path;
  std::vector<std::string> shapes;  // "input:1,3,224,224"

  void Add(CLI::App* app);
  // Reads the model, sets the shapes and infers all types. Errors name the file.
  Result<std::unique_ptr<graph::Model>> Load() const;
};

// Writes text to a file, or prints it for an empty name.
Result<void> Show(const std::string& text, const std::string& file);

void AddGraphPrint(CLI::App* app, int* status);
void AddGraphDiff(CLI::App* app, int* status);
void AddGraphExtract(CLI::App* app, int* status);
void AddGraphOptimize(CLI::App* app, int* status);
void AddGraphSetOutput(CLI::App* app, int* status);
void AddGraphStats(CLI::App* app, int* status);

}  // namespace mmdeploy::cli
