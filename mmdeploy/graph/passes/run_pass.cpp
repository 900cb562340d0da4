#include "mmdeploy/graph/passes/run_pass.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "mmdeploy/graph/check.h"
#include "mmdeploy/graph/infer.h"
#include "mmdeploy/graph/passes/pass.h"
#include "mmdeploy/graph/text.h"
#include "mmdeploy/graph/topology.h"

namespace mmdeploy::graph {

namespace {

std::unique_ptr<Model> Parse(const std::string& graph, int opset) {
  auto model = ParseText(
      fmt::format("<ir_version: 8, opset_import: [\"\" : {}, \"mmdeploy\" : 1]> {}", opset, graph));
  if (!model) {
    ADD_FAILURE() << model.error().message() << "\n" << graph;
    return nullptr;
  }
  const auto inferred = InferTypes(model->get());
  EXPECT_TRUE(inferred) << inferred.error().message() << "\n" << graph;
  return std::move(*model);
}

int64_t RunPass(std::string_view name, Model* model) {
  const auto& passes = Passes();
  const auto pass = std::find_if(passes.begin(), passes.end(),
                                 [&](const Pass& candidate) { return candidate.name == name; });
  if (pass == passes.end()) {
    ADD_FAILURE() << "there is no pass " << name;
    return -1;
  }
  const auto changes = pass->run(model);
  EXPECT_TRUE(changes) << changes.error().message();
  return changes ? *changes : -1;
}

int64_t CountChanges(Model* model) {
  const auto reports = Optimize(model);
  EXPECT_TRUE(reports) << reports.error().message();
  int64_t changes = 0;
  for (const PassReport& report : *reports) changes += report.changes;
  return changes;
}

std::string Printed(Model* model) {
  RemoveDeadCode(model);
  return PrintText(*model);
}

}  // namespace

void ExpectRewrite(std::string_view pass, const std::string& before, const std::string& after,
                   int opset) {
  const auto model = Parse(before, opset);
  const auto wanted = Parse(after, opset);
  if (!model || !wanted) return;
  EXPECT_GT(RunPass(pass, model.get()), 0) << before;
  EXPECT_EQ(Printed(model.get()), Printed(wanted.get()));
  const auto checked = CheckModel(*model);
  EXPECT_TRUE(checked) << checked.error().message();
  EXPECT_TRUE(InferTypes(model.get()));
  EXPECT_EQ(RunPass(pass, model.get()), 0) << "a second run changes:\n" << PrintText(*model);
  CountChanges(model.get());
  EXPECT_EQ(CountChanges(model.get()), 0) << PrintText(*model);
}

void ExpectUntouched(std::string_view pass, const std::string& before, int opset) {
  const auto model = Parse(before, opset);
  if (!model) return;
  const std::string printed = PrintText(*model);
  EXPECT_EQ(RunPass(pass, model.get()), 0) << before;
  EXPECT_EQ(PrintText(*model), printed);
}

}  // namespace mmdeploy::graph
