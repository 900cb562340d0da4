#include "mmdeploy/base/log.h"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <string>

#include "mmdeploy/base/printable.h"

namespace mmdeploy {
namespace {

spdlog::level::level_enum ToSpdlog(LogLevel level) {
  switch (level) {
    case LogLevel::kTrace:
      return spdlog::level::trace;
    case LogLevel::kDebug:
      return spdlog::level::debug;
    case LogLevel::kInfo:
      return spdlog::level::info;
    case LogLevel::kWarning:
      return spdlog::level::warn;
    case LogLevel::kError:
      return spdlog::level::err;
    default:
      return spdlog::level::off;
  }
}

LogLevel LevelFromEnvironment() {
  const char* text = std::getenv("SPDLOG_LEVEL");
  const std::string_view name = text ? text : "";
  if (name == "trace") return LogLevel::kTrace;
  if (name == "debug") return LogLevel::kDebug;
  if (name == "info") return LogLevel::kInfo;
  if (name == "err" || name == "error" || name == "critical") return LogLevel::kError;
  if (name == "off") return LogLevel::kOff;
  return LogLevel::kWarning;
}

// One per process, leaked: other static objects may still log while the process ends.
struct Logger {
  std::mutex mutex;
  std::shared_ptr<const LogSink> sink;  // null: the default sink
  std::atomic<LogLevel> level{LevelFromEnvironment()};
  spdlog::logger console{"mmdeploy", std::make_shared<spdlog::sinks::stderr_color_sink_mt>()};

  Logger() { console.set_level(spdlog::level::trace); }
};

Logger& GetLogger() {
  static auto* logger = new Logger;
  return *logger;
}

}  // namespace

void SetLogSink(LogSink sink) {
  auto& logger = GetLogger();
  std::lock_guard lock(logger.mutex);
  logger.sink = sink ? std::make_shared<const LogSink>(std::move(sink)) : nullptr;
}

void SetLogLevel(LogLevel level) { GetLogger().level = level; }

bool IsLogged(LogLevel level) { return level >= GetLogger().level.load(std::memory_order_relaxed); }

void LogMessage(LogLevel level, std::string_view raw) {
  auto& logger = GetLogger();
  const std::string message = Printable(raw);  // names out of files do not steer a terminal
  std::shared_ptr<const LogSink> sink;
  {
    std::lock_guard lock(logger.mutex);
    sink = logger.sink;
  }
  if (sink) {
    (*sink)(level, message);
  } else {
    logger.console.log(ToSpdlog(level), spdlog::string_view_t(message.data(), message.size()));
  }
}

}  // namespace mmdeploy
