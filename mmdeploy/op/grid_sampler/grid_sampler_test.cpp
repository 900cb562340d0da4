#include "mmdeploy/op/grid_sampler/grid_sampler.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "mmdeploy/op/testing.h"

namespace mmdeploy::op {
namespace {

using ::testing::HasSubstr;

const OpDef& Op() { return *FindOp("mmdeploy", "grid_sampler"); }

class GridSampler : public ::testing::TestWithParam<std::tuple<int, int, int>> {
 protected:
  testing::AttributeMap attributes() const {
    const auto [interpolation, padding, align] = GetParam();
    return {{"interpolation_mode", int64_t{interpolation}},
            {"padding_mode", int64_t{padding}},
            {"align_corners", int64_t{align}}};
  }
};

TEST_P(GridSampler, MatchesReference) {
  for (const Shape& image : {Shape{2, 3, 5, 7}, Shape{1, 1, 1, 1}, Shape{1, 37, 6, 4}}) {
    for (const int64_t width : {1, 9, 40}) {
      SCOPED_TRACE(Name(image));
      testing::ExpectMatchesReference(
          Op(), attributes(),
          {testing::Random(image), testing::Random({image[0], 3, width, 2}, -2.5f, 2.5f, 1)});
    }
  }
}

TEST_P(GridSampler, PlacesFarAwayAndNotANumber) {
  constexpr float kInf = std::numeric_limits<float>::infinity();
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  const std::vector<float> places{kInf, 0, -kInf, 0, kNan, 0, 0, kNan, 1e30f, -1e30f, 1e9f, 3e9f};
  testing::ExpectMatchesReference(
      Op(), attributes(),
      {testing::Random({1, 2, 4, 4}), testing::Filled<float>({1, 1, 6, 2}, places)});
}

// Around the numbers that select one way or the other: 6 channels with several taps and 12 with
// one, places for a quarter of the 72 pixels.
TEST_P(GridSampler, ChannelsBesideEachOtherAndPlanes) {
  for (const int64_t channels : {6, 7, 12, 13, 150}) {
    for (const int64_t places : {17, 18, 180}) {
      SCOPED_TRACE(::testing::Message() << channels << " channels, " << places << " places");
      testing::ExpectMatchesReference(Op(), attributes(),
                                      {testing::Random({2, channels, 9, 8}),
                                       testing::Random({2, 1, places, 2}, -1.5f, 1.5f, 1)});
    }
  }
}

TEST_P(GridSampler, Volumes) {
  if (std::get<0>(GetParam()) == 2) return;  // bicubic is for images
  for (const Shape& volume : {Shape{2, 3, 4, 5, 7}, Shape{1, 1, 1, 1, 1}, Shape{1, 20, 2, 3, 4}}) {
    SCOPED_TRACE(Name(volume));
    testing::ExpectMatchesReference(
        Op(), attributes(),
        {testing::Random(volume), testing::Random({volume[0], 2, 3, 11, 3}, -1.7f, 1.7f, 1)});
  }
}

TEST_P(GridSampler, EmptyMap) {
  if (std::get<0>(GetParam()) == 2) return;  // weights that are no numbers
  testing::ExpectMatchesReference(Op(), attributes(),
                                  {testing::Random({1, 2, 0, 4}), testing::Random({1, 2, 3, 2})});
}

// A tap outside must not read a number at all.
TEST_P(GridSampler, InfinityDoesNotSpread) {
  for (const int64_t channels : {2, 20}) {
    auto image = testing::Random({1, channels, 4, 4});
    image.data<float>()[0] = std::numeric_limits<float>::infinity();
    testing::ExpectMatchesReference(Op(), attributes(),
                                    {image, testing::Random({1, 4, 5, 2}, -2, 2, 1)});
  }
}

TEST_P(GridSampler, NoPlaces) {
  testing::ExpectMatchesReference(Op(), attributes(),
                                  {testing::Random({1, 2, 4, 4}), testing::Random({1, 0, 3, 2})});
}

INSTANTIATE_TEST_SUITE_P(Modes, GridSampler,
                         ::testing::Combine(::testing::Range(0, 3), ::testing::Range(0, 3),
                                            ::testing::Range(0, 2)));

TEST(GridSamplerShapes, UnknownShapes) {
  const auto attributes = testing::MakeAttributes(Op(), {});
  const auto infer = [&](const std::vector<std::optional<Shape>>& shapes) {
    const auto outputs = InferShapes(Op(), attributes, shapes);
    return outputs ? Name((*outputs)[0]) : outputs.error().message();
  };
  EXPECT_EQ(infer({std::nullopt, std::nullopt}), "?x?x?x?");
  EXPECT_EQ(infer({Shape{2, -1, 4, 5, 6}, std::nullopt}), "2x?x?x?x?");
  EXPECT_EQ(infer({std::nullopt, Shape{2, 7, -1, 2}}), "2x?x7x?");
  EXPECT_EQ(infer({Shape{-1, 3, 8, 8}, Shape{2, 7, 9, 2}}), "2x3x7x9");
}

TEST(GridSamplerErrors, NameTheOperator) {
  EXPECT_THAT(testing::AttributesError(Op(), {{"padding_mode", int64_t{3}}}),
              HasSubstr("operator 'mmdeploy::grid_sampler': attribute 'padding_mode' is 3, "
                        "allowed: 0 to 2"));
  EXPECT_THAT(testing::AttributesError(Op(), {{"padding_mode", 0.5f}}),
              HasSubstr("attribute 'padding_mode' is a float, expected an integer"));
  EXPECT_THAT(testing::RunError(Op(), {}, {testing::Random({2, 1, 4, 4})}),
              HasSubstr("input 1 'grid' is missing"));
  EXPECT_THAT(
      testing::RunError(Op(), {}, {testing::Random({1, 4, 4}), testing::Random({1, 2, 2, 2})}),
      HasSubstr("input 0 has shape 1x4x4, expected 4 or 5 dimensions"));
  EXPECT_THAT(testing::RunError(Op(), {},
                                {testing::Random({1, 4, 4, 4, 4}), testing::Random({1, 2, 2, 2})}),
              HasSubstr("inputs 0 and 1 have shapes 1x4x4x4x4 and 1x2x2x2, expected as many"));
  EXPECT_THAT(testing::RunError(
                  Op(), {}, {testing::Random({1, 4, 4, 4, 4}), testing::Random({1, 2, 2, 2, 2})}),
              HasSubstr("expected 3 for dimension 4 (x, y and z)"));
  EXPECT_THAT(
      testing::RunError(Op(), {{"interpolation_mode", int64_t{2}}},
                        {testing::Random({1, 4, 4, 4, 4}), testing::Random({1, 2, 2, 2, 3})}),
      HasSubstr("interpolation_mode 2 (bicubic) with 5 dimensions, allowed: 0 (linear)"));
  EXPECT_THAT(
      testing::RunError(Op(), {}, {testing::Random({2, 1, 4, 4}), testing::Random({1, 2, 2, 2})}),
      HasSubstr("expected the same N"));
  EXPECT_THAT(
      testing::RunError(Op(), {}, {testing::Random({1, 1, 4, 4}), testing::Random({1, 2, 2, 3})}),
      HasSubstr("expected 2 for dimension 3 (x and y)"));
}

}  // namespace
}  // namespace mmdeploy::op
