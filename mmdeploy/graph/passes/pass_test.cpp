#include "mmdeploy/graph/passes/pass.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "mmdeploy/base/log.h"
#include "mmdeploy/graph/text.h"

namespace mmdeploy::graph {
namespace {

std::unique_ptr<Model> Example() {
  auto model = ParseText(
      "<ir_version: 8, opset_import: [\"\" : 13]> g (float[4] x) => (float[4] y) "
      "{ a = Identity(x) b = Relu(a) c = Identity(b) y = Relu(c) unused = Neg(x) }");
  EXPECT_TRUE(model) << model.error().message();
  return std::move(*model);
}

std::string ErrorOf(const OptimizeOptions& options) {
  const auto model = Example();
  const auto result = Optimize(model.get(), options);
  return result ? "" : result.error().message();
}

TEST(PassesTest, NamesAreUniqueAndSummariesAreOneLine) {
  std::set<std::string_view> names;
  for (const Pass& pass : Passes()) {
    EXPECT_TRUE(names.insert(pass.name).second) << pass.name;
    EXPECT_FALSE(pass.summary.empty()) << pass.name;
    EXPECT_LT(pass.summary.size(), 80U) << pass.name;
    EXPECT_EQ(pass.summary.find('\n'), std::string_view::npos) << pass.name;
  }
}

TEST(OptimizeTest, RunsUntilNothingChanges) {
  const auto model = Example();
  const auto reports = Optimize(model.get());
  ASSERT_TRUE(reports) << reports.error().message();
  EXPECT_EQ(reports->size(), Passes().size());
  EXPECT_EQ(CountNodes(*model->graph()), 1U);
  const auto again = Optimize(model.get());
  ASSERT_TRUE(again) << again.error().message();
  for (const PassReport& report : *again) EXPECT_EQ(report.changes, 0) << report.name;
}

TEST(OptimizeTest, OnlyAndSkip) {
  const auto only = Example();
  const auto reports = Optimize(only.get(), {{"remove_identity"}, {}});
  ASSERT_TRUE(reports) << reports.error().message();
  ASSERT_EQ(reports->size(), 1U);
  EXPECT_EQ(reports->front().changes, 2);
  EXPECT_EQ(CountNodes(*only->graph()), 3U);

  const auto skip = Example();
  ASSERT_TRUE(Optimize(skip.get(), {{}, {"merge_clips", "remove_dead_code"}}));
  EXPECT_EQ(CountNodes(*skip->graph()), 3U);
}

TEST(OptimizeTest, UnknownNamesAreErrorsWithTheNearest) {
  EXPECT_THAT(ErrorOf({{"remove_identty"}, {}}),
              testing::AllOf(testing::StartsWith("only: there is no pass 'remove_identty'"),
                             testing::HasSubstr("did you mean 'remove_identity'?")));
  EXPECT_THAT(ErrorOf({{}, {"fuse_gelo"}}),
              testing::AllOf(testing::StartsWith("skip: there is no pass 'fuse_gelo'"),
                             testing::HasSubstr("did you mean 'fuse_gelu'?")));
}

// A pass that is never done.
Result<int64_t> Toggle(Model* model) {
  Node* node = model->graph()->first();
  node->set_op(node->Is("Neg") ? "Abs" : "Neg");
  return 1;
}

TEST(OptimizeTest, PassesThatAreNeverDoneEndWithAWarningThatNamesThem) {
  std::vector<std::string> lines;
  SetLogSink([&](LogLevel, std::string_view message) { lines.emplace_back(message); });
  const auto model = Example();
  const auto reports =
      RunPasses(model.get(),
                {{"quiet", "", [](Model*) { return Result<int64_t>(0); }}, {"toggle", "", Toggle}});
  SetLogSink({});
  ASSERT_TRUE(reports) << reports.error().message();
  EXPECT_EQ((*reports)[1].changes, kMaxRounds);
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_THAT(lines[0], testing::StartsWith("the passes toggle still change the model after 50"));
}

TEST(OptimizeTest, ReportsAnImpossibleModel) {
  auto model = ParseText(
      "<ir_version: 8, opset_import: [\"\" : 13]> g (float[2,3] x) => (float[2,3] y) "
      "{ y = MatMul(x, x) }");
  ASSERT_TRUE(model);
  const auto result = Optimize(model->get());
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().message(), testing::HasSubstr("MatMul"));
}

}  // namespace
}  // namespace mmdeploy::graph
