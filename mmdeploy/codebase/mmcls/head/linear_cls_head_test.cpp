#include <gmock/gmock.h>

#include <cmath>

#include "mmdeploy/codebase/head.h"
#include "mmdeploy/task/classifier/result.h"

namespace mmdeploy {
namespace {

using ::testing::HasSubstr;

Result<std::unique_ptr<Module>> Make(const std::string& component, const Json& params) {
  static Json json;  // readers keep references
  json = {{"component", component}, {"params", params}};
  JsonReader args(json, JsonPath("t"), nullptr);
  PipelineOptions options;
  ModuleEnv env;
  env.options = &options;
  env.inputs.resize(1);
  return CreateHead("mmcls", args, env);
}

Result<Module::Values> RunHead(const Module& head, std::vector<float> scores,
                               const std::string& name = "output") {
  Tensor tensor = *Tensor::Allocate(DataType::kFloat32, {1, static_cast<int64_t>(scores.size())});
  std::copy(scores.begin(), scores.end(), tensor.data<float>());
  const std::vector<Value> inputs{Value(NamedTensors{{name, tensor}})};
  return head.Run(inputs, {});
}

std::vector<int> Ids(const Module::Values& values) {
  std::vector<int> ids;
  for (const auto& label : values[0].list()) ids.push_back(label.result<Classification>().label_id);
  return ids;
}

TEST(LinearClsHead, GivesTheBestLabelsInOrder) {
  const auto head = Make("LinearClsHead", {{"topk", 3}, {"num_classes", 4}, {"loss", nullptr}});
  ASSERT_TRUE(head) << head.error().message();
  EXPECT_EQ(Ids(*RunHead(**head, {.1f, .4f, .3f, .2f})), (std::vector<int>{1, 2, 3}));
  EXPECT_EQ(Ids(*RunHead(**head, {.5f, .5f, .1f, .5f})), (std::vector<int>{0, 1, 3}));
}

TEST(LinearClsHead, GivesAtMostTheNumberOfClasses) {
  const auto head = Make("LinearClsHead", {{"topk", 5}});
  EXPECT_EQ(Ids(*RunHead(**head, {1, 2})).size(), 2u);
}

TEST(LinearClsHead, ServesEveryHeadOfTheSameMeaning) {
  for (const char* name : {"ClsHead", "StackedLinearClsHead", "VisionTransformerClsHead",
                           "ConformerHead", "DeiTClsHead"}) {
    EXPECT_TRUE(Make(name, Json::object())) << name;
  }
}

TEST(LinearClsHead, AppliesSoftmaxWhenAsked) {
  const auto head = Make("LinearClsHead", {{"softmax", true}});
  const auto out = *RunHead(**head, {1000, 1000, 1000, 1000});
  EXPECT_FLOAT_EQ(out[0].list()[0].result<Classification>().score, 0.25f);
}

TEST(LinearClsHead, RefusesWhatIsNoScore) {
  const auto head = Make("LinearClsHead", {{"topk", 1}});
  EXPECT_THAT(RunHead(**head, {1, NAN, 2}).error().message(),
              HasSubstr("output 'output' (float32 1x3) holds NaN, first at element 1"));
  EXPECT_THAT(RunHead(**head, {1}, "scores").error().message(),
              HasSubstr("the network has no output 'output', found: 'scores'"));
  EXPECT_THAT(RunHead(**head, {}).error().message(), HasSubstr("expected 1xC with C of 1 or more"));
  EXPECT_THAT(Make("LinearClsHead", {{"topk", -1}}).error().message(),
              HasSubstr("topk: found -1, allowed: 1 to"));
}

}  // namespace
}  // namespace mmdeploy
