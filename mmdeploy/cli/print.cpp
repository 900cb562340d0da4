#include "mmdeploy/cli/print.h"

#include <cerrno>
#include <cstring>

namespace mmdeploy::cli {

int PrintError(std::string_view message) {
  PrintTo(stderr, fmt::format("error: {}\n", message));
  return 2;
}

int CloseOutput(int status) {
  errno = 0;
  const bool flushed = std::fflush(stdout) == 0;
  if (flushed && !std::ferror(stdout)) return status;
  return PrintError(fmt::format("cannot write standard output: {}",
                                errno ? std::strerror(errno) : "an earlier write failed"));
}

}  // namespace mmdeploy::cli
