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

TEST_P(GridSampler, NoPlaces) {
  testing::ExpectMatchesReference(Op(), attributes(),
                                  {testing::Random({1, 2, 4, 4}), testing::Random({1, 0, 3, 2})});
}

INSTANTIATE_TEST_SUITE_P(Modes, GridSampler,
                         ::testing::Combine(::testing::Range(0, 3), ::testing::Range(0, 3),
                                            ::testing::Range(0, 2)));

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
      HasSubstr("input 0 'input' has shape 1x4x4, expected 4 dimensions"));
  EXPECT_THAT(
      testing::RunError(Op(), {}, {testing::Random({2, 1, 4, 4}), testing::Random({1, 2, 2, 2})}),
      HasSubstr("expected the same N"));
  EXPECT_THAT(
      testing::RunError(Op(), {}, {testing::Random({1, 1, 4, 4}), testing::Random({1, 2, 2, 3})}),
      HasSubstr("expected 2 for dimension 3 (x and y)"));
}

}  // namespace
}  // namespace mmdeploy::op
