#include "mmdeploy/cli/isolated.h"

#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>
#include <new>

#include "mmdeploy/cli/print.h"

namespace mmdeploy::cli {
namespace {

// The last word of a report: without it the child ended inside an engine, whatever its exit status
// (libraries call exit() as well).
constexpr char kDone = '.';

void SetLimit(__rlimit_resource resource, int64_t soft, int64_t hard) {
  const rlimit limit = {static_cast<rlim_t>(soft), static_cast<rlim_t>(hard)};
  ::setrlimit(resource, &limit);
}

void WriteAll(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(file, text.data(), text.size());
    if (count < 0 && errno != EINTR) return;
    if (count > 0) text.remove_prefix(static_cast<size_t>(count));
  }
}

std::string ReadAll(int file) {
  std::string text;
  std::array<char, 512> buffer{};
  while (true) {
    const ssize_t count = ::read(file, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return text;
    text.append(buffer.data(), static_cast<size_t>(count));
  }
}

int Fail(const std::string& message) { return PrintError(message); }

}  // namespace

void Isolated::Add(CLI::App* app) {
  constexpr int64_t kMost = int64_t{1} << 30;
  auto* on = app->add_flag("--isolated", on_, "work in a child process, for a stranger's model");
  app->add_option("--isolated-memory", memory_, "most memory of the child in MB")
      ->check(CLI::Range(int64_t{1}, kMost))
      ->capture_default_str()
      ->needs(on);
  app->add_option("--isolated-seconds", seconds_, "most processor time of the child")
      ->check(CLI::Range(int64_t{1}, kMost))
      ->capture_default_str()
      ->needs(on);
  app->add_option("--isolated-wall-seconds", wall_seconds_, "most time by the clock of the child")
      ->check(CLI::Range(int64_t{1}, kMost))
      ->capture_default_str()
      ->needs(on);
}

int Isolated::Run(const std::string& model, const std::function<int()>& work) {
  if (!on_) return work();
  int ends[2];
  if (::pipe(ends) != 0) return Fail(fmt::format("--isolated: no pipe: {}", std::strerror(errno)));
  std::fflush(nullptr);  // else both processes print what is in the buffers
  const pid_t child = ::fork();
  if (child < 0) return Fail(fmt::format("--isolated: no child: {}", std::strerror(errno)));
  if (child == 0) {
    ::close(ends[0]);
    RunChild(ends[1], work);
  }
  ::close(ends[1]);
  const std::string report = ReadAll(ends[0]);
  ::close(ends[0]);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status) && !report.empty() && report.back() == kDone) return WEXITSTATUS(status);
  return Fail(Explain(model, report, status));
}

void Isolated::RunChild(int report, const std::function<int()>& work) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  SetLimit(RLIMIT_CORE, 0, 0);
  // What it writes to: reserved addresses and mapped weights cost nothing.
  SetLimit(RLIMIT_DATA, memory_ << 20, memory_ << 20);
  SetLimit(RLIMIT_CPU, seconds_, seconds_ + 1);
  // An engine that sleeps uses no processor time. The kernel ends the process by SIGALRM.
  ::signal(SIGALRM, SIG_DFL);
  ::alarm(static_cast<unsigned>(wall_seconds_));
  report_ = report;
  int status = 2;
  try {
    status = work();
  } catch (const std::bad_alloc&) {
    Fail(NeedsMore());
  } catch (const std::exception& e) {
    Report(e.what());
  }
  status = CloseOutput(status);
  WriteAll(report, std::string(1, kDone));
  // The result is out: nothing that an engine does at exit may spoil it.
  ::_exit(status);
}

std::string Isolated::NeedsMore() const {
  return fmt::format("more than {} MB of memory are needed, see --isolated-memory", memory_);
}

int Isolated::Report(const Error& error) const { return Report(error.message()); }

int Isolated::Report(const std::string& message) const {
  // Engines and libraries say it in their own words, with codes of their own.
  const auto says = [&](const char* words) { return message.find(words) != std::string::npos; };
  const bool is_out = says("annot allocate ") || says("ailed to allocate ") || says("bad_alloc");
  return Fail(report_ >= 0 && is_out ? message + ": " + NeedsMore() : message);
}

void Isolated::OpensWith(std::string_view engines) const {
  if (report_ >= 0) WriteAll(report_, engines);
}

std::string Isolated::Explain(const std::string& model, const std::string& report,
                              int status) const {
  const auto where = report.empty() ? std::string("before an engine opened it")
                                    : fmt::format("in engine {}", report);
  std::string how;
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU) {
    how = fmt::format("used more than {} s of processor time", seconds_);
  } else if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM) {
    how = fmt::format("was not done after {} s", wall_seconds_);
  } else if (WIFSIGNALED(status)) {
    const int signal = WTERMSIG(status);
    how = fmt::format("was ended by signal {} ({})", signal, ::strsignal(signal));
  } else {
    how = fmt::format("ended with exit status {} and without a result", WEXITSTATUS(status));
  }
  return fmt::format(
      "model '{}': the child process {} {}; its limits are {} MB of memory, {} s of processor time "
      "and {} s by the clock: if the model is yours and needs more, raise --isolated-memory, "
      "--isolated-seconds or --isolated-wall-seconds, else the model is damaged or made to do "
      "harm: "
      "do not open it without --isolated",
      model, how, where, memory_, seconds_, wall_seconds_);
}

}  // namespace mmdeploy::cli
