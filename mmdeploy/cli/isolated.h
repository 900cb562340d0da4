#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>
#include <string_view>

#include "mmdeploy/base/result.h"

namespace mmdeploy::cli {

// `--isolated`: the work of a command in a child process with limits, so that what an engine cannot
// survive ends the child only.
class Isolated {
 public:
  void Add(CLI::App* app);

  // Answers the exit status of `work`. With --isolated it runs in a child process, and a child that
  // does not end by itself is an error on standard error and status 2; `model` is for that message.
  // Call it before anything starts a thread.
  int Run(const std::string& model, const std::function<int()>& work);

  // Prints an error of the work; answers the exit status 2. In a child that ran out of memory it
  // names the option that sets how much there is.
  int Report(const Error& error) const;

  // Notes which engines see the model's files from here on, for the message. Nothing without
  // --isolated.
  void OpensWith(std::string_view engines) const;

 private:
  bool on_ = false;
  int64_t memory_ = 4096;  // megabytes
  int64_t seconds_ = 600;  // of processor time
  int64_t wall_seconds_ = 1800;
  int report_ = -1;  // in the child: where the parent reads how far it came

  [[noreturn]] void RunChild(int report, const std::function<int()>& work);
  int Report(const std::string& message) const;
  std::string NeedsMore() const;
  std::string Explain(const std::string& model, const std::string& report, int status) const;
};

}  // namespace mmdeploy::cli
