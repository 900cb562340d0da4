#pragma once

#include <fmt/format.h>

#include <functional>
#include <string_view>
#include <utility>

namespace mmdeploy {

enum class LogLevel : int { kTrace, kDebug, kInfo, kWarning, kError, kOff };

// Receives one finished line without its line break; called from any thread.
using LogSink = std::function<void(LogLevel, std::string_view message)>;

// Replaces where lines go; an empty sink restores the default (standard error, coloured).
void SetLogSink(LogSink sink);

// Lines below `level` are dropped. The default is kWarning, or what the environment variable
// SPDLOG_LEVEL says (trace, debug, info, warn, err, off).
void SetLogLevel(LogLevel level);

bool IsLogged(LogLevel level);
void LogMessage(LogLevel level, std::string_view message);

template <class... Args>
void Log(LogLevel level, fmt::format_string<Args...> format, Args&&... args) {
  if (IsLogged(level)) LogMessage(level, fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace mmdeploy
