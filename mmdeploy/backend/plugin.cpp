#include "mmdeploy/backend/plugin.h"

namespace mmdeploy {

const char* const kPluginCompiler = __VERSION__;
const char* const kPluginBuildId = MMDEPLOY_BUILD_ID;

namespace {

constexpr const char* kAdvice =
    "use the plug-in that was built together with this library (both lie in the same lib folder "
    "of one build or package)";

}  // namespace

Result<void> CheckPlugin(const PluginDescriptor* plugin, std::string_view path) {
  MMDEPLOY_ENSURE(plugin && plugin->magic == kPluginMagic, Code::kNotSupported,
                  "'{}' is not an engine plug-in of mmdeploy", path);
  MMDEPLOY_ENSURE(plugin->interface_version == kPluginInterfaceVersion, Code::kNotSupported,
                  "plug-in '{}' has interface version {}, this library needs {}; {}", path,
                  plugin->interface_version, kPluginInterfaceVersion, kAdvice);
  MMDEPLOY_ENSURE(
      std::string_view(plugin->compiler) == kPluginCompiler &&
          plugin->libstdcxx_abi == kPluginLibstdcxxAbi,
      Code::kNotSupported,
      "plug-in '{}' was built by compiler '{}' (libstdc++ ABI {}), this library by '{}' "
      "(ABI {}); {}",
      path, plugin->compiler, plugin->libstdcxx_abi, kPluginCompiler, kPluginLibstdcxxAbi, kAdvice);
  MMDEPLOY_ENSURE(std::string_view(plugin->build_id) == kPluginBuildId, Code::kNotSupported,
                  "plug-in '{}' is of build '{}', this library of '{}'; {}", path, plugin->build_id,
                  kPluginBuildId, kAdvice);
  return {};
}

}  // namespace mmdeploy
