#include "mmdeploy/backend/plugin.h"

#include <gmock/gmock.h>

namespace mmdeploy {
namespace {

using ::testing::HasSubstr;

PluginDescriptor Good() {
  return {kPluginMagic,        kPluginInterfaceVersion, kPluginCompiler,
          kPluginLibstdcxxAbi, kPluginBuildId,          nullptr};
}

std::string Message(const PluginDescriptor& plugin) {
  const auto checked = CheckPlugin(&plugin, "libx.so");
  return checked ? "accepted" : checked.error().message();
}

TEST(CheckPlugin, RefusesOtherBuildsNamingFoundAndNeeded) {
  EXPECT_EQ(Message(Good()), "accepted");
  auto plugin = Good();
  plugin.magic = 1;
  EXPECT_EQ(Message(plugin), "'libx.so' is not an engine plug-in of mmdeploy");
  plugin = Good();
  plugin.interface_version = 99;
  EXPECT_THAT(Message(plugin),
              HasSubstr("'libx.so' has interface version 99, this library needs 1"));
  plugin = Good();
  plugin.compiler = "clang 3";
  EXPECT_THAT(Message(plugin), HasSubstr("was built by compiler 'clang 3'"));
  plugin = Good();
  plugin.libstdcxx_abi = 7;
  EXPECT_THAT(Message(plugin), HasSubstr("(libstdc++ ABI 7)"));
  plugin = Good();
  plugin.build_id = "old";
  EXPECT_THAT(Message(plugin), HasSubstr("is of build 'old', this library of"));
  EXPECT_FALSE(CheckPlugin(nullptr, "libx.so"));
}

}  // namespace
}  // namespace mmdeploy
