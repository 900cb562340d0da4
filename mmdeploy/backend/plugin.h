#pragma once

#include <cstdint>

#include "mmdeploy/backend/engine.h"
#include "mmdeploy/base/log.h"

namespace mmdeploy {

// What a plug-in libmmdeploy_<engine>.so answers before any of its C++ is touched. Engine
// interfaces are C++, so both sides must come from one build: everything here has to agree.
struct PluginDescriptor {
  uint32_t magic;              // kPluginMagic
  uint32_t interface_version;  // kPluginInterfaceVersion
  const char* compiler;        // kPluginCompiler
  int32_t libstdcxx_abi;       // _GLIBCXX_USE_CXX11_ABI
  const char* build_id;        // kPluginBuildId
  // `log` is where the plug-in's messages go. The engine lives until the process ends.
  const Engine* (*create)(LogSink log);
};

constexpr uint32_t kPluginMagic = 0x4d4d4450;  // "MMDP"
constexpr uint32_t kPluginInterfaceVersion = 1;
constexpr int32_t kPluginLibstdcxxAbi = _GLIBCXX_USE_CXX11_ABI;

// Identifies compiler and headers of this build.
extern const char* const kPluginCompiler;
extern const char* const kPluginBuildId;

// The one function that a plug-in exports.
using PluginEntry = const PluginDescriptor* (*)();
constexpr const char* kPluginEntryName = "mmdeploy_engine_plugin";

// Why a plug-in cannot be used, or nothing. Errors: kNotSupported with found and needed.
Result<void> CheckPlugin(const PluginDescriptor* plugin, std::string_view path);

}  // namespace mmdeploy

// Makes a folder of mmdeploy/backend a plug-in; `function` is `const Engine* function()`.
#define MMDEPLOY_ENGINE_PLUGIN(function)                                                \
  extern "C" __attribute__((visibility("default"))) const ::mmdeploy::PluginDescriptor* \
  mmdeploy_engine_plugin() {                                                            \
    static const ::mmdeploy::PluginDescriptor descriptor = {                            \
        ::mmdeploy::kPluginMagic,                                                       \
        ::mmdeploy::kPluginInterfaceVersion,                                            \
        ::mmdeploy::kPluginCompiler,                                                    \
        ::mmdeploy::kPluginLibstdcxxAbi,                                                \
        ::mmdeploy::kPluginBuildId,                                                     \
        [](::mmdeploy::LogSink log) -> const ::mmdeploy::Engine* {                      \
          ::mmdeploy::SetLogSink(std::move(log));                                       \
          return ::mmdeploy::RegisterMemories(function());                              \
        }};                                                                             \
    return &descriptor;                                                                 \
  }
