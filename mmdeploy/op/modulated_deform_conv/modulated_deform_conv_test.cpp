#include <gmock/gmock.h>

#include "mmdeploy/op/testing.h"

// deform_conv_test.cpp compares both forms; here is what only this one has.
namespace mmdeploy::op {
namespace {

TEST(ModulatedDeformConv, MaskAndBias) {
  const OpDef& op = *FindOp("mmdeploy", "MMCVModulatedDeformConv2d");
  const std::vector<int64_t> one{1, 1}, none{0, 0};
  const auto attributes =
      testing::MakeAttributes(op, {{"stride", one}, {"padding", none}, {"dilation", one}});
  const auto output = testing::Run(
      op, attributes, op.run,
      {testing::Filled<float>({1, 1, 1, 3}, {1, 2, 3}), testing::Random({1, 2, 1, 3}, 0, 0),
       testing::Filled<float>({1, 1, 1, 3}, {0, 0.5f, 1}),
       testing::Filled<float>({2, 1, 1, 1}, {1, -2}), testing::Filled<float>({2}, {10, 20})});
  ASSERT_TRUE(output);
  const float* y = (*output)[0].data<float>();
  EXPECT_THAT(std::vector<float>(y, y + 6), ::testing::ElementsAre(10, 11, 13, 20, 18, 14));
}

}  // namespace
}  // namespace mmdeploy::op
