#include "mmdeploy/backend/ncnn/layers/layers.h"

#include <gmock/gmock.h>

#include <cmath>

#include "mmdeploy/backend/ncnn/test_net.h"

namespace mmdeploy::ncnn::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Runs one layer behind Input layers; constants come after the data.
Result<std::vector<Tensor>> RunLayer(const std::string& type, const std::string& params,
                                     const std::vector<Tensor>& inputs, int outputs = 1) {
  std::vector<std::string> layers;
  std::string line = fmt::format("{} layer {} {}", type, inputs.size(), outputs);
  for (size_t i = 0; i < inputs.size(); ++i) {
    std::string input = fmt::format("Input x{} 0 1 x{}", i, i);
    const std::vector<int> ids = inputs[i].shape().size() == 4   ? std::vector<int>{2, 1, 0}
                                 : inputs[i].shape().size() == 3 ? std::vector<int>{1, 0}
                                                                 : std::vector<int>{0};
    for (const int id : ids) input += fmt::format(" {}=0", id);
    layers.push_back(input);
    line += fmt::format(" x{}", i);
  }
  for (int i = 0; i < outputs; ++i) line += fmt::format(" y{}", i);
  layers.push_back(line + " " + params);
  MMDEPLOY_TRY(auto net, Load(Param(layers, static_cast<int>(inputs.size()) + outputs), ""));
  return Session(net, "net").Run(inputs);
}

std::string RunError(const std::string& type, const std::string& params,
                     const std::vector<Tensor>& inputs, int outputs = 1) {
  const auto result = RunLayer(type, params, inputs, outputs);
  return result ? "" : result.error().message();
}

const Tensor kMatrix = MakeTensor({1, 2, 3}, {1, 2, 3, 4, 5, 6});

Tensor Vector(const std::vector<float>& values) {
  return MakeTensor({1, static_cast<int64_t>(values.size())}, values);
}

TEST(NcnnLayersTest, Shape) {
  EXPECT_THAT(Values((*RunLayer("Shape", "", {kMatrix}))[0]), ElementsAre(1, 2, 3));
  const auto image = MakeTensor({1, 2, 1, 3}, {1, 2, 3, 4, 5, 6});
  EXPECT_THAT(Values((*RunLayer("Shape", "", {image}))[0]), ElementsAre(1, 2, 1, 3));
}

TEST(NcnnLayersTest, ConstantOfShape) {
  const auto y = RunLayer("ConstantOfShape", "0=2.5", {Vector({1, 2, 2})});
  ASSERT_TRUE(y) << y.error().message();
  EXPECT_EQ((*y)[0].shape(), (mmdeploy::Shape{1, 2, 2}));
  EXPECT_THAT(Values((*y)[0]), ElementsAre(2.5, 2.5, 2.5, 2.5));
  EXPECT_THAT(RunError("ConstantOfShape", "", {Vector({1, -2})}), HasSubstr("ncnn answered -1"));
  EXPECT_THAT(RunError("ConstantOfShape", "", {Vector({1, 1e6, 1e6})}), HasSubstr("out of memory"));
}

TEST(NcnnLayersTest, Gather) {
  EXPECT_THAT(Values((*RunLayer("Gather", "0=0", {kMatrix, Vector({1, 0, 1})}))[0]),
              ElementsAre(4, 5, 6, 1, 2, 3, 4, 5, 6));
  EXPECT_THAT(Values((*RunLayer("Gather", "0=-1", {kMatrix, Vector({-1, 0})}))[0]),
              ElementsAre(3, 1, 6, 4));
  EXPECT_THAT(RunError("Gather", "0=0", {kMatrix, Vector({2})}),
              HasSubstr("layer 'layer' (Gather, line 5): ncnn answered -1"));
  EXPECT_NE(RunError("Gather", "0=0", {kMatrix, Vector({-3})}), "");
  EXPECT_NE(RunError("Gather", "0=2", {kMatrix, Vector({0})}), "");
}

TEST(NcnnLayersTest, CompareNumbersThatAreRounded) {
  const float nan = std::nanf("");
  EXPECT_THAT(Values((*RunLayer("Compare", "0=5", {Vector({0, 1, nan}), Vector({0})}))[0]),
              ElementsAre(0, 1, 1));
  const auto large = Vector({16777216, 1, 2});
  EXPECT_THAT(Values((*RunLayer("Compare", "0=0", {large, Vector({1})}))[0]), ElementsAre(0, 1, 0));
  EXPECT_THAT(
      RunError("Compare", "0=0 1=1", {large, Vector({1})}),
      HasSubstr("layer 'layer' (Compare, line 5): its inputs hold whole numbers of 16777216"));
  EXPECT_THAT(RunError("Compare", "0=0 1=1", {Vector({1}), Vector({-2e9F})}),
              HasSubstr("which float32 rounds"));
  EXPECT_THAT(Values((*RunLayer("Compare", "0=1 1=1", {Vector({16777215}), Vector({2})}))[0]),
              ElementsAre(0));
}

TEST(NcnnLayersTest, Expand) {
  const auto row = MakeTensor({1, 1, 2}, {1, 2});
  const auto y = RunLayer("Expand", "", {row, Vector({1, 2, 3, 1})});
  ASSERT_TRUE(y) << y.error().message();
  EXPECT_EQ((*y)[0].shape(), (mmdeploy::Shape{1, 2, 3, 2}));
  EXPECT_THAT(Values((*y)[0]), ElementsAre(1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2));
  EXPECT_NE(RunError("Expand", "", {row, Vector({1, 1, 3})}), "");
}

TEST(NcnnLayersTest, TensorSlice) {
  const auto slice = [](const std::string& params) {
    const auto y = RunLayer("TensorSlice", params, {kMatrix});
    return y ? Values((*y)[0]) : std::vector<float>();
  };
  EXPECT_THAT(slice("-23300=1,0 -23301=1,3 -23302=1,2 -23303=1,2"), ElementsAre(1, 3, 4, 6));
  EXPECT_THAT(slice("-23300=1,-1 -23301=1,-100 -23302=1,2 -23303=1,-1"),
              ElementsAre(3, 2, 1, 6, 5, 4));
  EXPECT_THAT(slice("-23300=2,1,1 -23301=2,2,1000"), ElementsAre(5, 6));
  EXPECT_THAT(RunError("TensorSlice", "-23300=1,0 -23301=1,3 -23302=1,2 -23303=1,0", {kMatrix}),
              HasSubstr("layer 'layer' (TensorSlice, line 4) cannot take its parameters"));
  EXPECT_NE(RunError("TensorSlice", "-23300=1,2 -23301=1,2 -23302=1,2", {kMatrix}), "");
}

TEST(NcnnLayersTest, Where) {
  const auto x = MakeTensor({1, 2, 3}, {1, 2, 3, 4, 5, INFINITY});
  const auto y = RunLayer("Where", "", {MakeTensor({1, 2, 1}, {1, 0}), x, Vector({7, 8, 9})});
  ASSERT_TRUE(y) << y.error().message();
  EXPECT_EQ((*y)[0].shape(), (mmdeploy::Shape{1, 2, 3}));
  EXPECT_THAT(Values((*y)[0]), ElementsAre(1, 2, 3, 7, 8, 9));
  EXPECT_NE(RunError("Where", "", {Vector({1, 0}), Vector({1, 2, 3}), Vector({1})}), "");
}

TEST(NcnnLayersTest, Compare) {
  const auto compare = [](const std::string& params) {
    return Values((*RunLayer("Compare", params, {Vector({1, 2, 3}), Vector({2})}))[0]);
  };
  EXPECT_THAT(compare("0=0"), ElementsAre(0, 1, 0));
  EXPECT_THAT(compare("0=1"), ElementsAre(1, 0, 0));
  EXPECT_THAT(compare("0=2"), ElementsAre(1, 1, 0));
  EXPECT_THAT(compare("0=3"), ElementsAre(0, 0, 1));
  EXPECT_THAT(compare("0=4"), ElementsAre(0, 1, 1));
  EXPECT_NE(RunError("Compare", "0=6", {Vector({1, 2}), Vector({1, 2})}), "");
}

TEST(NcnnLayersTest, Mod) {
  const auto mod = [](const std::string& params) {
    return Values((*RunLayer("Mod", params, {Vector({7, -7, 6}), Vector({3, 3, -4})}))[0]);
  };
  EXPECT_THAT(mod("0=1"), ElementsAre(1, -1, 2));
  EXPECT_THAT(mod("0=0"), ElementsAre(1, 2, -2));
}

TEST(NcnnLayersTest, Pow) {
  const auto y = RunLayer("Pow", "", {Vector({-2, 0, 0, 4, -8}), Vector({3, 0, 2, -0.5F, 0.3F})});
  const std::vector<float> found = Values((*y)[0]);
  EXPECT_THAT(std::vector<float>(found.begin(), found.end() - 1), ElementsAre(-8, 1, 0, 0.5F));
  EXPECT_TRUE(std::isnan(found.back()));
}

TEST(NcnnLayersTest, IntegerDiv) {
  const auto y = RunLayer("IntegerDiv", "", {Vector({7, -7, 6, 5}), Vector({2, 2, -3, 0})});
  EXPECT_THAT(Values((*y)[0]), ElementsAre(3, -3, -2, 0));
}

TEST(NcnnLayersTest, Elements) {
  const auto indices = MakeTensor({1, 2, 2}, {2, 0, -1, 1});
  EXPECT_THAT(Values((*RunLayer("GatherElements", "0=1", {kMatrix, indices}))[0]),
              ElementsAre(3, 1, 6, 5));
  const auto updates = MakeTensor({1, 2, 2}, {7, 8, 9, 10});
  EXPECT_THAT(Values((*RunLayer("ScatterElements", "0=1", {kMatrix, indices, updates}))[0]),
              ElementsAre(8, 2, 7, 4, 10, 9));
  const auto beyond = MakeTensor({1, 2, 1}, {0, 3});
  EXPECT_NE(RunError("GatherElements", "0=1", {kMatrix, beyond}), "");
  EXPECT_NE(RunError("GatherElements", "0=1", {kMatrix, Vector({0, 1})}), "");
  EXPECT_NE(RunError("ScatterElements", "0=1", {kMatrix, indices, kMatrix}), "");
}

TEST(NcnnLayersTest, TopK) {
  const auto x = MakeTensor({1, 1, 5}, {3, 9, 9, 1, 5});
  auto y = RunLayer("TopK", "0=1", {x, Vector({3})}, 2);
  ASSERT_TRUE(y) << y.error().message();
  EXPECT_THAT(Values((*y)[0]), ElementsAre(9, 9, 5));
  EXPECT_THAT(Values((*y)[1]), ElementsAre(1, 2, 4));
  y = RunLayer("TopK", "0=-1 1=0", {x, Vector({2})}, 2);
  EXPECT_THAT(Values((*y)[0]), ElementsAre(1, 3));
  y = RunLayer("TopK", "0=1 2=0", {x, Vector({3})}, 2);
  EXPECT_THAT(Values((*y)[1]), ElementsAre(1, 2, 4));
  y = RunLayer("TopK", "0=0 3=0", {kMatrix});
  EXPECT_EQ((*y)[0].shape(), (mmdeploy::Shape{1, 3}));
  EXPECT_THAT(Values((*y)[0]), ElementsAre(1, 1, 1));
  EXPECT_THAT(RunError("TopK", "0=1", {x, Vector({6})}, 2), HasSubstr("(TopK, line 5)"));
  EXPECT_THAT(RunError("TopK", "0=1 3=0", {x, Vector({2})}, 2), HasSubstr("ncnn answered -102"));
}

}  // namespace
}  // namespace mmdeploy::ncnn::testing
