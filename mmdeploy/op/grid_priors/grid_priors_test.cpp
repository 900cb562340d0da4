#include <gmock/gmock.h>

#include "mmdeploy/op/testing.h"

namespace mmdeploy::op {
namespace {

const OpDef& Op() { return *FindOp("mmdeploy", "GridPriorsTRT"); }
const testing::AttributeMap kStrides{{"stride_h", int64_t{4}}, {"stride_w", int64_t{8}}};

TEST(GridPriors, ShiftsAnchorsToEachCell) {
  const auto outputs = *testing::Run(Op(), testing::MakeAttributes(Op(), kStrides), Op().run,
                                     {testing::Filled<float>({1, 4}, {-1, -2, 1, 2}),
                                      testing::Random({2}), testing::Filled<int64_t>({2}, {0, 0})});
  const auto* out = outputs[0].data<float>();
  EXPECT_THAT(std::vector<float>(out, out + 16),
              ::testing::ElementsAre(-1, -2, 1, 2, 7, -2, 9, 2, -1, 2, 1, 6, 7, 2, 9, 6));
}

TEST(GridPriors, ThreadsAndEmptyMaps) {
  for (const auto& [height, width] : {std::pair<int64_t, int64_t>{5, 7}, {0, 3}, {3, 0}}) {
    testing::ExpectMatchesReference(
        Op(), kStrides,
        {testing::Random({3, 4}), testing::Random({height}), testing::Random({width})});
  }
}

TEST(GridPriors, Errors) {
  EXPECT_THAT(
      testing::RunError(Op(), kStrides,
                        {testing::Random({3, 5}), testing::Random({2}), testing::Random({2})}),
      ::testing::HasSubstr("expected 4 for dimension 1"));
}

}  // namespace
}  // namespace mmdeploy::op
