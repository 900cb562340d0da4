#pragma once

#include <fmt/format.h>

#include <cstdio>
#include <string>
#include <utility>

#include "mmdeploy/base/output_file.h"
#include "mmdeploy/base/printable.h"

// Everything that the command prints: names out of files do not steer the terminal.

namespace mmdeploy::cli {

inline void PrintTo(std::FILE* stream, std::string_view text) {
  const std::string printable = Printable(text);
  std::fwrite(printable.data(), 1, printable.size(), stream);
}

template <class... Args>
void Print(fmt::format_string<Args...> format, Args&&... args) {
  PrintTo(stdout, fmt::format(format, std::forward<Args>(args)...));
}

// What is said beside a file that was written: not where the file itself went.
template <class... Args>
void PrintBeside(const std::string& output, fmt::format_string<Args...> format, Args&&... args) {
  PrintTo(output == kStandardOutput ? stderr : stdout,
          fmt::format(format, std::forward<Args>(args)...));
}

// "error: ..." on standard error; answers the exit status 2.
int PrintError(std::string_view message);

// Whether all that was printed has arrived; if not (a full disk), says so and answers 2, else
// `status`. For the end of a program.
int CloseOutput(int status);

}  // namespace mmdeploy::cli
