#include "mmdeploy/op/deform_conv/deform_conv.h"

#include <gmock/gmock.h>

#include <limits>

#include "mmdeploy/op/testing.h"

namespace mmdeploy::op {
namespace {

using ::testing::HasSubstr;
using Ints = std::vector<int64_t>;

const OpDef& Op() { return *FindOp("mmdeploy", "MMCVDeformConv2d"); }
const OpDef& Modulated() { return *FindOp("mmcv", "MMCVModulatedDeformConv2d"); }
const OpDef& OpenVino() { return *FindOp("org.openvinotoolkit", "DeformableConv2D"); }

testing::AttributeMap Same(int64_t groups = 1, int64_t deform_groups = 1) {
  return {{"stride", Ints{1, 1}},
          {"padding", Ints{1, 1}},
          {"dilation", Ints{1, 1}},
          {"groups", groups},
          {"deform_groups", deform_groups}};
}

struct Case {
  Shape input, weight;
  Ints stride, padding, dilation;
  int64_t groups = 1, deform_groups = 1;
};

// Input, offset, mask, weight and bias.
testing::Inputs InputsOf(const Case& c, float offsets = 3) {
  const auto size = [&](size_t axis) {
    const size_t i = axis - 2;
    return (c.input[axis] + 2 * c.padding[i] - c.dilation[i] * (c.weight[axis] - 1) - 1) /
               c.stride[i] +
           1;
  };
  const int64_t taps = c.deform_groups * c.weight[2] * c.weight[3];
  return {testing::Random(c.input),
          testing::Random({c.input[0], 2 * taps, size(2), size(3)}, -offsets, offsets, 1),
          testing::Random({c.input[0], taps, size(2), size(3)}, 0, 1, 2),
          testing::Random(c.weight, -1, 1, 3), testing::Random({c.weight[0]}, -1, 1, 4)};
}

testing::AttributeMap AttributesOf(const Case& c) {
  return {{"stride", c.stride},
          {"padding", c.padding},
          {"dilation", c.dilation},
          {"groups", c.groups},
          {"deform_groups", c.deform_groups}};
}

void ExpectBothMatch(const Case& c, float offsets = 3) {
  SCOPED_TRACE(Name(c.input) + " " + Name(c.weight));
  const auto all = InputsOf(c, offsets);
  testing::ExpectMatchesReference(Modulated(), AttributesOf(c), all, 1e-4);
  testing::ExpectMatchesReference(Modulated(), AttributesOf(c), {all[0], all[1], all[2], all[3]},
                                  1e-4);
  testing::ExpectMatchesReference(Op(), AttributesOf(c), {all[0], all[1], all[3]}, 1e-4);
}

TEST(DeformConv, MatchesReference) {
  for (const Case& c : {
           Case{{1, 4, 5, 6}, {3, 4, 3, 3}, {1, 1}, {1, 1}, {1, 1}},
           Case{{2, 3, 9, 7}, {5, 3, 3, 2}, {2, 1}, {0, 2}, {1, 3}},
           Case{{2, 40, 16, 20}, {33, 40, 1, 1}, {1, 3}, {2, 0}, {1, 1}},
           Case{{1, 300, 4, 5}, {70, 300, 3, 3}, {1, 1}, {1, 1}, {1, 1}},
           Case{{3, 1, 1, 1}, {1, 1, 1, 1}, {1, 1}, {0, 0}, {1, 1}},
       }) {
    ExpectBothMatch(c);
  }
}

// Around the sizes at which the kernel goes another way: 42 places of a tile, 6 tiles of a block
// unless the sums of many columns fill it, 256 channels of a step, 128 rows of weights, whole
// vectors of output channels.
TEST(DeformConv, AroundTheSizesOfBlocks) {
  for (const int64_t channels : {42, 43, 127, 128, 129, 255, 256, 257}) {
    ExpectBothMatch({{1, channels, 3, 4}, {3, channels, 2, 3}, {1, 1}, {1, 1}, {1, 1}});
  }
  for (const int64_t places : {41, 42, 43, 251, 252, 253, 505}) {
    ExpectBothMatch({{2, 3, 1, places}, {5, 3, 1, 1}, {1, 1}, {0, 0}, {1, 1}});
  }
  for (const int64_t columns : {15, 16, 17, 31, 32, 33, 256, 272, 1568}) {
    ExpectBothMatch({{1, 2, 5, 17}, {columns, 2, 1, 1}, {1, 1}, {0, 0}, {1, 1}});
    ExpectBothMatch({{1, 4, 5, 17}, {2 * columns, 2, 1, 1}, {1, 1}, {0, 0}, {1, 1}, 2, 1});
  }
}

TEST(DeformConv, GroupsAndDeformableGroupsAreIndependent) {
  for (const auto& [groups, deform_groups] :
       {std::pair{2, 1}, {1, 2}, {2, 3}, {3, 2}, {12, 4}, {4, 12}, {12, 12}}) {
    ExpectBothMatch(
        {{2, 12, 6, 5}, {24, 12 / groups, 3, 3}, {2, 1}, {1, 2}, {1, 1}, groups, deform_groups});
  }
  // Groups end within a block of channels.
  ExpectBothMatch({{1, 600, 3, 4}, {4, 300, 3, 3}, {1, 1}, {1, 1}, {1, 1}, 2, 3});
}

TEST(DeformConv, OffsetsFarAwayAndNotANumber) {
  const Case c{{1, 4, 5, 6}, {3, 4, 3, 3}, {1, 1}, {1, 1}, {1, 1}};
  ExpectBothMatch(c, 1e12f);
  auto inputs = InputsOf(c);
  float* offset = inputs[1]->data<float>();
  offset[0] = std::numeric_limits<float>::quiet_NaN();
  offset[7] = std::numeric_limits<float>::infinity();
  offset[40] = -std::numeric_limits<float>::infinity();
  testing::ExpectMatchesReference(Modulated(), AttributesOf(c), inputs, 1e-4);
}

TEST(DeformConv, WhatLiesOutsideDoesNotSpread) {
  const Case c{{1, 2, 3, 3}, {2, 2, 3, 3}, {1, 1}, {1, 1}, {1, 1}};
  auto inputs = InputsOf(c, 2);
  inputs[0]->data<float>()[0] = std::numeric_limits<float>::infinity();
  testing::ExpectMatchesReference(Modulated(), AttributesOf(c), inputs, 1e-4);
}

TEST(DeformConv, EmptyBatchAndEmptyMap) {
  ExpectBothMatch({{0, 4, 5, 6}, {3, 4, 3, 3}, {1, 1}, {1, 1}, {1, 1}});
  ExpectBothMatch({{1, 4, 0, 2}, {3, 4, 3, 3}, {1, 1}, {2, 1}, {1, 1}});
  ExpectBothMatch({{1, 4, 5, 6}, {0, 4, 3, 3}, {1, 1}, {1, 1}, {1, 1}});
}

TEST(DeformConv, PaddingOfFourIsTopBottomLeftRight) {
  const auto image = testing::Random({1, 2, 5, 6});
  auto attributes = Same();
  attributes["padding"] = Ints{2, 1, 0, 3};
  testing::ExpectMatchesReference(
      Op(), attributes,
      {image, testing::Random({1, 18, 6, 7}, -2, 2, 1), testing::Random({4, 2, 3, 3}, -1, 1, 2)});
}

TEST(DeformConv, OpenVinoFormHasPadsOfOnnx) {
  const testing::AttributeMap attributes{{"strides", Ints{1, 1}},
                                         {"pads", Ints{2, 0, 1, 3}},
                                         {"dilations", Ints{1, 1}},
                                         {"kernel_shape", Ints{3, 3}}};
  testing::ExpectMatchesReference(
      OpenVino(), attributes,
      {testing::Random({1, 2, 5, 6}), testing::Random({1, 18, 6, 7}, -2, 2, 1),
       testing::Random({4, 2, 3, 3}, -1, 1, 2)});
}

// An offset of whole pixels moves the image.
TEST(DeformConv, WholeOffsetsMoveTheImage) {
  const auto image = testing::Filled<float>({1, 1, 2, 3}, {1, 2, 3, 4, 5, 6});
  const auto offset =
      testing::Filled<float>({1, 2, 2, 3}, {1, 1, 1, 0, 0, 0, 0, 0, -1, 1, 1.5f, 0});
  auto attributes = Same();
  attributes["padding"] = Ints{0, 0};
  const auto output = testing::Run(Op(), testing::MakeAttributes(Op(), attributes), Op().run,
                                   {image, offset, testing::Filled<float>({1, 1, 1, 1}, {2})});
  ASSERT_TRUE(output);
  const float* y = (*output)[0].data<float>();
  EXPECT_THAT(std::vector<float>(y, y + 6), ::testing::ElementsAre(8, 10, 10, 10, 6, 12));
}

TEST(DeformConv, UnknownShapes) {
  const auto attributes = testing::MakeAttributes(Op(), Same());
  const auto infer = [&](const std::vector<std::optional<Shape>>& shapes) {
    const auto outputs = InferShapes(Op(), attributes, shapes);
    return outputs ? Name((*outputs)[0]) : outputs.error().message();
  };
  EXPECT_EQ(infer({std::nullopt, std::nullopt, std::nullopt}), "?x?x?x?");
  EXPECT_EQ(infer({Shape{2, 3, -1, 9}, std::nullopt, Shape{5, 3, 3, 3}}), "2x5x?x9");
  EXPECT_EQ(infer({Shape{-1, -1, 9, 9}, Shape{4, 18, 9, 9}, std::nullopt}), "4x?x?x?");
  constexpr int64_t kHuge = int64_t{1} << 62;
  EXPECT_THAT(infer({Shape{1, 3, 9, 9}, std::nullopt, Shape{5, 3, kHuge, 3}}),
              HasSubstr("does not fit into dimension 2"));
}

TEST(DeformConvErrors, NameWhatIsWrong) {
  const auto x = testing::Random({1, 4, 5, 6});
  const auto offset = testing::Random({1, 18, 5, 6});
  const auto weight = testing::Random({3, 4, 3, 3});
  const auto error = [&](const testing::AttributeMap& attributes, const testing::Inputs& inputs) {
    return testing::RunError(Op(), attributes, inputs);
  };
  EXPECT_EQ(error(Same(), {x, offset, weight}), "");
  EXPECT_THAT(error(Same(), {x, offset}),
              HasSubstr("operator 'mmdeploy::MMCVDeformConv2d': input 2 'weight' is missing"));
  EXPECT_THAT(error(Same(), {x, testing::Random({1, 9, 5, 6}), weight}),
              HasSubstr("input 1 has shape 1x9x5x6, expected 18 for dimension 1"));
  EXPECT_THAT(error(Same(), {x, testing::Random({1, 18, 5, 5}), weight}),
              HasSubstr("expected 6 for dimension 3 (width of the output)"));
  EXPECT_THAT(error(Same(), {x, testing::Random({2, 18, 5, 6}), weight}),
              HasSubstr("expected the same N"));
  EXPECT_THAT(error(Same(3), {x, offset, weight}),
              HasSubstr("input 0 has shape 1x4x5x6, expected a multiple of 3 for dimension 1"));
  EXPECT_THAT(error(Same(1, 3), {x, offset, weight}), HasSubstr("deform_groups"));
  EXPECT_THAT(error(Same(2), {x, offset, weight}), HasSubstr("expected a multiple of 2"));
  EXPECT_THAT(error(Same(), {x, offset, testing::Random({3, 2, 3, 3})}),
              HasSubstr("expected 4 for dimension 1 (input channels per group)"));
  EXPECT_THAT(error(Same(), {x, offset, testing::Random({3, 4, 9, 3})}),
              HasSubstr("a kernel of 9 with dilation 1 does not fit into dimension 2 of input 0, "
                        "7 with padding"));
  EXPECT_THAT(error(Same(), {x, offset, testing::Random({3, 4, 0, 3})}),
              HasSubstr("a kernel of 0"));
  EXPECT_THAT(error(Same(), {x, offset, testing::Random({3, 4, 3})}),
              HasSubstr("input 2 'weight' has shape 3x4x3, expected 4 dimensions"));
}

TEST(DeformConvErrors, MaskBiasAndAttributes) {
  const auto all = InputsOf({{1, 4, 5, 6}, {3, 4, 3, 3}, {1, 1}, {1, 1}, {1, 1}});
  const auto error = [&](const Tensor& mask, const Tensor& bias) {
    return testing::RunError(Modulated(), Same(), {all[0], all[1], mask, all[3], bias});
  };
  EXPECT_EQ(error(*all[2], *all[4]), "");
  EXPECT_THAT(error(testing::Random({1, 18, 5, 6}), *all[4]),
              HasSubstr("'mmdeploy::MMCVModulatedDeformConv2d': input 2 has shape 1x18x5x6, "
                        "expected 9 for dimension 1"));
  EXPECT_THAT(error(*all[2], testing::Random({4})), HasSubstr("expected 3 for dimension 0"));
  EXPECT_THAT(error(*all[2], testing::Filled<int64_t>({3}, {1, 2, 3})),
              HasSubstr("input 4 'bias' has element type int64, allowed: float32"));
  auto attributes = Same();
  attributes["stride"] = Ints{1, 0};
  EXPECT_THAT(testing::AttributesError(Op(), attributes), HasSubstr("attribute 'stride' is 0"));
  attributes["stride"] = Ints{1};
  EXPECT_THAT(testing::AttributesError(Op(), attributes),
              HasSubstr("attribute 'stride' has 1 values, allowed: 2"));
  attributes.erase("stride");
  EXPECT_THAT(testing::AttributesError(Op(), attributes),
              HasSubstr("attribute 'stride' is missing"));
  attributes = Same();
  attributes["padding"] = Ints{1, 1, 1};
  EXPECT_THAT(testing::AttributesError(Op(), attributes),
              HasSubstr("attribute 'padding' has 3 values, allowed: 2 or 4"));
}

}  // namespace
}  // namespace mmdeploy::op
