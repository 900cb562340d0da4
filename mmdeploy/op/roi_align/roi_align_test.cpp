#include "mmdeploy/op/roi_align/roi_align.h"

#include <gmock/gmock.h>

#include <limits>

#include "mmdeploy/op/roi_align/testing.h"

namespace mmdeploy::op {
namespace {

using ::testing::HasSubstr;

const OpDef& Op() { return *FindOp("mmdeploy", "MMCVRoiAlign"); }

testing::AttributeMap Attributes(const std::string& mode = "avg", int64_t sampling_ratio = 2,
                                 int64_t aligned = 1) {
  return {{"output_height", int64_t{3}},
          {"output_width", int64_t{4}},
          {"spatial_scale", 0.5f},
          {"sampling_ratio", sampling_ratio},
          {"mode", mode},
          {"aligned", aligned}};
}

class RoiAlign : public ::testing::TestWithParam<std::tuple<std::string, int, int>> {
 protected:
  testing::AttributeMap attributes() const {
    const auto& [mode, sampling_ratio, aligned] = GetParam();
    return Attributes(mode, sampling_ratio, aligned);
  }
};

TEST_P(RoiAlign, MatchesReference) {
  for (const int64_t channels : {1, 16, 37}) {
    for (const int64_t rois : {0, 1, 40}) {
      SCOPED_TRACE(fmt::format("{} channels, {} rois", channels, rois));
      testing::ExpectMatchesReference(
          Op(), attributes(),
          {testing::Random({2, channels, 11, 13}), testing::RandomBoxes(rois, 2, 30)});
    }
  }
}

TEST_P(RoiAlign, ManyBinsAndChannels) {
  auto many = attributes();
  many["output_height"] = int64_t{17};
  many["output_width"] = int64_t{15};
  testing::ExpectMatchesReference(
      Op(), many, {testing::Random({1, 300, 20, 24}), testing::RandomBoxes(3, 1, 40)});
}

// 300 channels are kept for 96 bins at a time.
TEST_P(RoiAlign, BinsAroundWhatIsKept) {
  for (const int64_t bins : {95, 96, 97, 192}) {
    auto line = attributes();
    line["output_height"] = int64_t{1};
    line["output_width"] = bins;
    testing::ExpectMatchesReference(
        Op(), line, {testing::Random({1, 300, 6, 24}), testing::RandomBoxes(2, 1, 40)});
  }
}

TEST_P(RoiAlign, RoisOutsideTheMapAndNotFinite) {
  testing::ExpectMatchesReference(Op(), attributes(),
                                  {testing::Random({1, 20, 9, 8}), testing::StrangeBoxes()});
}

// Only what regions touch is read of a large map.
TEST_P(RoiAlign, SmallRoisOfALargeMap) {
  testing::ExpectMatchesReference(
      Op(), attributes(), {testing::Random({2, 3, 150, 130}), testing::RandomBoxes(5, 2, 300, 12)});
}

TEST_P(RoiAlign, EmptyMap) {
  for (const Shape& map : {Shape{1, 3, 0, 5}, Shape{1, 3, 5, 0}, Shape{1, 0, 5, 5}}) {
    testing::ExpectMatchesReference(Op(), attributes(),
                                    {testing::Random(map), testing::RandomBoxes(2, 1, 10)});
  }
}

TEST_P(RoiAlign, InfinityDoesNotSpread) {
  auto map = testing::Random({1, 3, 9, 8}, 1, 2);
  map.data<float>()[0] = std::numeric_limits<float>::infinity();
  const auto rois = testing::Filled<float>({2, 5}, {0, -9, -9, 4, 5, 0, 6, 6, 14, 14});
  testing::ExpectMatchesReference(Op(), attributes(), {map, rois});
}

INSTANTIATE_TEST_SUITE_P(Modes, RoiAlign,
                         ::testing::Combine(::testing::Values("avg", "max"),
                                            ::testing::Values(0, 1, 3), ::testing::Values(0, 1)));

TEST(RoiAlignValues, MeanOfARamp) {
  const auto map =
      testing::Filled<float>({1, 1, 3, 4}, {0, 1, 2, 3, 10, 11, 12, 13, 20, 21, 22, 23});
  auto attributes = Attributes();
  attributes["spatial_scale"] = 1.f;
  attributes["output_height"] = int64_t{1};
  attributes["output_width"] = int64_t{2};
  const auto output =
      testing::Run(Op(), testing::MakeAttributes(Op(), attributes), Op().run,
                   {map, testing::Filled<float>({1, 5}, {0, 0.5f, 0.5f, 2.5f, 2.5f})});
  ASSERT_TRUE(output);
  EXPECT_NEAR((*output)[0].data<float>()[0], 10.5, 1e-5);
  EXPECT_NEAR((*output)[0].data<float>()[1], 11.5, 1e-5);
}

TEST(RoiAlignErrors, NameTheRoi) {
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  const auto map = testing::Random({2, 1, 4, 4});
  for (const float image : {2.f, -1.f, 1e20f, kNan}) {
    const auto rois = testing::Filled<float>({2, 5}, {1, 0, 0, 2, 2, image, 0, 0, 2, 2});
    EXPECT_THAT(testing::RunError(Op(), Attributes(), {map, rois}),
                HasSubstr(fmt::format("operator 'mmdeploy::MMCVRoiAlign': roi 1 is in image {}, "
                                      "allowed: 0 to 1",
                                      image)));
  }
}

TEST(RoiAlignErrors, ShapesAndAttributes) {
  const auto map = testing::Random({2, 1, 4, 4});
  EXPECT_THAT(testing::RunError(Op(), Attributes(), {map, testing::Random({3, 4})}),
              HasSubstr("input 1 has shape 3x4, expected 5 for dimension 1 (numbers of a roi)"));
  EXPECT_THAT(testing::RunError(Op(), Attributes(), {map, testing::Random({5})}),
              HasSubstr("input 1 'rois' has shape 5, expected 2 dimensions"));
  EXPECT_THAT(testing::RunError(Op(), Attributes(), {map}), HasSubstr("input 1 'rois' is missing"));
  EXPECT_THAT(testing::RunError(Op(), Attributes(),
                                {map, testing::Filled<int64_t>({1, 5}, {0, 0, 0, 1, 1})}),
              HasSubstr("element type int64, allowed: float32"));
  EXPECT_THAT(testing::AttributesError(Op(), Attributes("mean")),
              HasSubstr("attribute 'mode' is 'mean', allowed: 'avg', 'max'"));
  EXPECT_THAT(testing::AttributesError(Op(), Attributes("avg", 5000)),
              HasSubstr("attribute 'sampling_ratio' is 5000, allowed: -1 to 1024"));
  EXPECT_THAT(testing::AttributesError(Op(), {{"mode", "avg"}, {"output_height", int64_t{0}}}),
              HasSubstr("attribute 'output_height' is 0"));
}

}  // namespace
}  // namespace mmdeploy::op
