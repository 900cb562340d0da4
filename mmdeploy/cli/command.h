#pragma once

#include <CLI/CLI.hpp>
#include <memory>

#include "mmdeploy/base/result.h"
#include "mmdeploy/cli/isolated.h"
#include "mmdeploy/cli/print.h"
#include "mmdeploy/pipeline/pipeline.h"

// The `mmdeploy` command: one file per subcommand, each adds itself to the parser and answers the
// exit status when it is chosen (0 done, 1 the check failed, 2 an error, printed to stderr).

namespace mmdeploy::cli {

// Options that every subcommand which loads a model has.
struct ModelArgs {
  std::string path;
  std::string device = "cpu";
  int num_threads = 0;
  bool strict = false;
  bool trust = false;
  bool low_latency = false;
  Isolated isolated;

  void Add(CLI::App* app);
  Result<std::shared_ptr<const Model>> LoadModel() const;
  Result<NetOptions> ReadNetOptions() const;
  Result<std::shared_ptr<const Pipeline>> LoadPipeline(std::shared_ptr<const Model> model) const;
};

void AddInfer(CLI::App* app, int* status);
void AddVerify(CLI::App* app, int* status);
void AddInspect(CLI::App* app, int* status);
void AddDoctor(CLI::App* app, int* status);
void AddSchema(CLI::App* app, int* status);
void AddGraph(CLI::App* app, int* status);
void AddConvert(CLI::App* app, int* status);

// Prints an error; answers the exit status 2.
int Report(const Error& error);

// Runs `command` when the subcommand is chosen; it answers the exit status.
template <class Args>
void OnCall(CLI::App* app, std::shared_ptr<Args> args, Result<int> (*command)(const Args&),
            int* status) {
  app->callback([args, command, status] {
    const Result<int> done = command(*args);
    *status = done ? *done : Report(done.error());
  });
}

}  // namespace mmdeploy::cli
