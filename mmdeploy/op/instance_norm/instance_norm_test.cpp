#include <gmock/gmock.h>

#include "mmdeploy/op/testing.h"

namespace mmdeploy::op {
namespace {

const OpDef& Op() { return *FindOp("mmdeploy", "TRTInstanceNormalization"); }

TEST(InstanceNorm, MatchesReference) {
  for (const Shape& shape :
       {Shape{2, 3, 7, 11}, Shape{1, 1, 1}, Shape{3, 2, 1000}, Shape{2, 5, 2, 3, 4},
        Shape{1, 3, 0, 4}, Shape{0, 3, 2, 2}, Shape{2, 3}}) {
    SCOPED_TRACE(Name(shape));
    testing::ExpectMatchesReference(Op(), {{"epsilon", 1e-3f}},
                                    {testing::Random(shape, 3, 9), testing::Random({shape[1]}),
                                     testing::Random({shape[1]}, -1, 1, 1)});
  }
}

TEST(InstanceNorm, Errors) {
  EXPECT_THAT(
      testing::RunError(Op(), {},
                        {testing::Random({1, 3, 4}), testing::Random({2}), testing::Random({3})}),
      ::testing::HasSubstr("the same number of channels"));
  EXPECT_THAT(testing::RunError(Op(), {},
                                {testing::Random({3}), testing::Random({3}), testing::Random({3})}),
              ::testing::HasSubstr("expected [N,C,...]"));
}

}  // namespace
}  // namespace mmdeploy::op
