#include <gmock/gmock.h>

#include "mmdeploy/op/roi_align/testing.h"

namespace mmdeploy::op {
namespace {

using ::testing::HasSubstr;

const OpDef& Op() { return *FindOp("mmdeploy", "MMCVRoIAlignRotated"); }

testing::AttributeMap Attributes(int64_t sampling_ratio, int64_t aligned, int64_t clockwise) {
  return {{"output_height", int64_t{3}}, {"output_width", int64_t{4}},
          {"spatial_scale", 0.5f},       {"sampling_ratio", sampling_ratio},
          {"aligned", aligned},          {"clockwise", clockwise}};
}

class RoiAlignRotated : public ::testing::TestWithParam<std::tuple<int, int, int>> {
 protected:
  testing::AttributeMap attributes() const {
    const auto& [sampling_ratio, aligned, clockwise] = GetParam();
    return Attributes(sampling_ratio, aligned, clockwise);
  }
};

TEST_P(RoiAlignRotated, MatchesReference) {
  for (const int64_t channels : {1, 35}) {
    for (const int64_t rois : {0, 1, 30}) {
      SCOPED_TRACE(fmt::format("{} channels, {} rois", channels, rois));
      testing::ExpectMatchesReference(
          Op(), attributes(),
          {testing::Random({2, channels, 11, 13}), testing::RandomRotatedBoxes(rois, 2, 26)});
    }
  }
}

TEST_P(RoiAlignRotated, RoisOutsideTheMapAndNotFinite) {
  testing::ExpectMatchesReference(Op(), attributes(),
                                  {testing::Random({1, 3, 9, 8}), testing::StrangeRotatedBoxes()});
}

TEST_P(RoiAlignRotated, SmallRoisOfALargeMap) {
  auto rois = testing::RandomRotatedBoxes(6, 1, 300);
  for (int64_t i = 0; i < 6; ++i) rois.data<float>()[6 * i + 3] = 20;
  testing::ExpectMatchesReference(Op(), attributes(), {testing::Random({1, 3, 150, 130}), rois});
}

// Upright regions take the path of separable sums; angles beside 0 and quarter turns do not.
TEST_P(RoiAlignRotated, AnglesAroundTheOneThatSelectsThePath) {
  constexpr float kPi = 3.14159265358979f;
  const std::vector<float> angles = {0.f, -0.f, 1e-45f,  -1e-45f,  1e-7f,   -1e-7f,   1e-4f,
                                     kPi, -kPi, kPi / 2, -kPi / 2, 2 * kPi, -2 * kPi, 0.3f};
  for (const float angle : angles) {
    SCOPED_TRACE(angle);
    auto rois = testing::RandomRotatedBoxes(20, 2, 26);
    for (int64_t i = 0; i < 20; ++i) rois.data<float>()[6 * i + 5] = angle;
    testing::ExpectMatchesReference(Op(), attributes(), {testing::Random({2, 3, 11, 13}), rois});
  }
}

INSTANTIATE_TEST_SUITE_P(Modes, RoiAlignRotated,
                         ::testing::Combine(::testing::Values(0, 2), ::testing::Values(0, 1),
                                            ::testing::Values(0, 1)));

// A quarter turn: what was along x is along y.
TEST(RoiAlignRotatedValues, QuarterTurn) {
  const auto map = testing::Filled<float>({1, 1, 3, 3}, {0, 1, 2, 10, 11, 12, 20, 21, 22});
  const auto rois = testing::Filled<float>({1, 6}, {0, 1.5f, 1.5f, 2, 2, 1.5707963f});
  testing::AttributeMap attributes = Attributes(1, 1, 0);
  attributes["spatial_scale"] = 1.f;
  attributes["output_height"] = attributes["output_width"] = int64_t{2};
  const auto values = [&](int64_t clockwise) {
    attributes["clockwise"] = clockwise;
    const auto output =
        testing::Run(Op(), testing::MakeAttributes(Op(), attributes), Op().run, {map, rois});
    const float* y = (*output)[0].data<float>();
    return std::vector<float>(y, y + 4);
  };
  using ::testing::ElementsAre;
  using ::testing::FloatNear;
  const auto near = [](float x) { return FloatNear(x, 1e-4f); };
  EXPECT_THAT(values(0), ElementsAre(near(15.5), near(5.5), near(16.5), near(6.5)));
  EXPECT_THAT(values(1), ElementsAre(near(6.5), near(16.5), near(5.5), near(15.5)));
}

TEST(RoiAlignRotatedErrors, NameWhatIsWrong) {
  const auto map = testing::Random({2, 1, 4, 4});
  const auto attributes = Attributes(2, 1, 0);
  EXPECT_THAT(testing::RunError(Op(), attributes, {map, testing::Random({3, 5})}),
              HasSubstr("input 1 has shape 3x5, expected 6 for dimension 1 (numbers of a roi)"));
  EXPECT_THAT(testing::RunError(Op(), attributes,
                                {map, testing::Filled<float>({1, 6}, {2, 0, 0, 1, 1, 0})}),
              HasSubstr("'mmdeploy::MMCVRoIAlignRotated': roi 0 is in image 2, allowed: 0 to 1"));
  EXPECT_THAT(testing::AttributesError(Op(), {}),
              HasSubstr("attribute 'output_height' is missing"));
}

}  // namespace
}  // namespace mmdeploy::op
