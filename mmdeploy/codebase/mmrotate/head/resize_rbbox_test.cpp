#include <gmock/gmock.h>

#include "mmdeploy/codebase/head_testing.h"
#include "mmdeploy/task/rotated_detector/result.h"

namespace mmdeploy {
namespace {

using ::testing::ElementsAre;
using testing::Floats;
using ::testing::HasSubstr;

Result<std::vector<RotatedDetection>> Detect(const Json& params, const Tensor& dets,
                                             const Tensor& labels) {
  MMDEPLOY_TRY(const auto head, testing::MakeHead("mmrotate", "ResizeRBBox", params));
  ImageMeta meta;
  meta.scale_factor = {{2, 4, 2, 4}};
  MMDEPLOY_TRY(const Value result,
               testing::RunHead(*head, {{"dets", dets}, {"labels", labels}}, meta));
  std::vector<RotatedDetection> found;
  for (const Value& value : result.list()) found.push_back(value.result<RotatedDetection>());
  return found;
}

TEST(ResizeRBBox, MapsBoxesAndKeepsAngles) {
  const auto found = Detect({}, Floats({1, 2, 6}, {8, 8, 4, 4, 1.5f, .5f, 1, 1, 1, 1, 0, .05f}),
                            Floats({1, 2}, {3, 0}));
  ASSERT_TRUE(found) << found.error().message();
  ASSERT_EQ(found->size(), 1u);  // a score of exactly the threshold does not pass
  EXPECT_EQ((*found)[0].label_id, 3);
  EXPECT_THAT((*found)[0].rbbox, ElementsAre(4, 2, 2, 1, 1.5f));
}

TEST(ResizeRBBox, RefusesOtherOutputs) {
  EXPECT_THAT(Detect({}, Floats({1, 1, 5}, {1, 2, 3, 4, 5}), Floats({1, 1}, {0})).error().message(),
              HasSubstr("output 'dets' has shape 1x1x5, expected 1xNx6"));
  EXPECT_THAT(
      Detect({}, Floats({1, 1, 6}, {1, 2, 3, 4, 5, 1}), Floats({1, 0}, {})).error().message(),
      HasSubstr("output 'labels' holds 0 labels, 'dets' 1 boxes"));
}

}  // namespace
}  // namespace mmdeploy
