#include <gmock/gmock.h>

#include "mmdeploy/op/roi_align/testing.h"

namespace mmdeploy::op {
namespace {

using ::testing::HasSubstr;

const OpDef& Op() { return *FindOp("mmdeploy", "MMCVMultiLevelRotatedRoiAlign"); }

testing::AttributeMap Attributes(float factor = -1, int64_t aligned = 1, int64_t clockwise = 0) {
  return {{"output_height", int64_t{2}},
          {"output_width", int64_t{3}},
          {"roi_scale_factor", factor},
          {"finest_scale", int64_t{8}},
          {"featmap_strides", std::vector<float>{1, 2}},
          {"aligned", aligned},
          {"clockwise", clockwise}};
}

TEST(MultiLevelRotatedRoiAlign, MatchesReference) {
  const auto fine = testing::Random({2, 5, 40, 36}), coarse = testing::Random({2, 5, 20, 18});
  for (const float factor : {-1.f, 1.7f}) {
    for (const int64_t aligned : {0, 1}) {
      for (const int64_t clockwise : {0, 1}) {
        const auto attributes = Attributes(factor, aligned, clockwise);
        for (const int64_t rois : {0, 1, 30}) {
          testing::ExpectMatchesReference(Op(), attributes,
                                          {testing::RandomRotatedBoxes(rois, 2, 40), fine, coarse});
        }
        testing::ExpectMatchesReference(Op(), attributes,
                                        {testing::StrangeRotatedBoxes(), fine, coarse});
      }
    }
  }
}

TEST(MultiLevelRotatedRoiAlignErrors, NameWhatIsWrong) {
  const auto map = testing::Random({1, 5, 4, 4});
  const auto error = [&](const Tensor& rois) {
    return testing::RunError(Op(), Attributes(), {rois, map, map});
  };
  EXPECT_EQ(error(testing::RandomRotatedBoxes(3, 1, 4)), "");
  EXPECT_THAT(error(testing::RandomRotatedBoxes(3, 2, 4)),
              HasSubstr("'mmdeploy::MMCVMultiLevelRotatedRoiAlign': roi 1 is in image 1, allowed: "
                        "0 to 0"));
  EXPECT_THAT(error(testing::Random({3, 5})), HasSubstr("expected 6 for dimension 1"));
}

}  // namespace
}  // namespace mmdeploy::op
