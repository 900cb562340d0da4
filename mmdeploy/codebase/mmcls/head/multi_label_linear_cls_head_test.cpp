#include <gmock/gmock.h>

#include "mmdeploy/codebase/head.h"
#include "mmdeploy/task/classifier/result.h"

namespace mmdeploy {
namespace {

TEST(MultiLabelLinearClsHead, GivesEveryLabelInOrder) {
  const Json json = {{"component", "MultiLabelLinearClsHead"}};
  JsonReader args(json, JsonPath("t"), nullptr);
  PipelineOptions options;
  ModuleEnv env;
  env.options = &options;
  env.inputs.resize(1);
  const auto head = CreateHead("mmcls", args, env);
  ASSERT_TRUE(head) << head.error().message();
  Tensor scores = *Tensor::Allocate(DataType::kFloat32, {1, 3});
  scores.data<float>()[0] = .2f;
  scores.data<float>()[1] = .9f;
  scores.data<float>()[2] = .1f;
  const std::vector<Value> inputs{Value(NamedTensors{{"output", scores}})};
  const auto out = (*head)->Run(inputs, {});
  ASSERT_TRUE(out) << out.error().message();
  ASSERT_EQ((*out)[0].list().size(), 3u);
  EXPECT_EQ((*out)[0].list()[1].result<Classification>().label_id, 1);
  EXPECT_FLOAT_EQ((*out)[0].list()[1].result<Classification>().score, .9f);
}

}  // namespace
}  // namespace mmdeploy
