#include "mmdeploy/backend/registry.h"

#include <gmock/gmock.h>

namespace mmdeploy {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

TEST(FindEngine, KnowsTheExampleEngine) {
  EXPECT_THAT(EngineNames(), Contains("example"));
  const auto engine = FindEngine("example");
  ASSERT_TRUE(engine) << engine.error().message();
  EXPECT_EQ((*engine)->name(), "example");
  EXPECT_EQ(*FindEngine("example"), *engine);
}

TEST(FindEngine, NamesTheNearestMatch) {
  const auto engine = FindEngine("examples");
  ASSERT_FALSE(engine);
  EXPECT_THAT(engine.error().message(), HasSubstr("unknown backend 'examples', known: 'example'"));
  EXPECT_THAT(engine.error().message(), HasSubstr("did you mean 'example'?"));
}

TEST(FindEngine, OpensNoFileThatANameLeadsTo) {
  for (const char* name : {"../fake_device", "/tmp/x", "a/b", "", "a.so"}) {
    const auto engine = FindEngine(name);
    ASSERT_FALSE(engine);
    EXPECT_THAT(engine.error().message(), HasSubstr(fmt::format("unknown backend '{}'", name)));
  }
}

TEST(Engine, HasNothingToConvertByDefault) {
  EXPECT_EQ((*FindEngine("example"))->Convert({}).error().code(), Code::kNotSupported);
}

}  // namespace
}  // namespace mmdeploy
