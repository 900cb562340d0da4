#include <gmock/gmock.h>

#include "mmdeploy/op/testing.h"

namespace mmdeploy::op {
namespace {

using ::testing::ElementsAre;
using testing::Filled;
using ::testing::HasSubstr;

const OpDef& Op() { return *FindOp("mmdeploy", "ScatterND"); }

template <class T, class Index>
std::vector<T> Scatter(const Tensor& data, const Shape& index_shape,
                       const std::vector<Index>& indices, const Shape& update_shape,
                       const std::vector<T>& updates) {
  const std::vector<Tensor> outputs =
      *testing::Run(Op(), testing::MakeAttributes(Op(), {}), Op().run,
                    {data, Filled(index_shape, indices), Filled(update_shape, updates)});
  const auto* out = outputs[0].data<T>();
  return std::vector<T>(out, out + outputs[0].num_elements());
}

TEST(ScatterNd, ElementsAndSlices) {
  const auto vector = Filled<float>({5}, {1, 2, 3, 4, 5});
  EXPECT_THAT((Scatter<float, int64_t>(vector, {3, 1}, {4, -4, 0}, {3}, {9, 8, 7})),
              ElementsAre(7, 8, 3, 4, 9));
  const auto matrix = Filled<int32_t>({3, 2}, {1, 2, 3, 4, 5, 6});
  EXPECT_THAT((Scatter<int32_t, int32_t>(matrix, {2, 1}, {2, 0}, {2, 2}, {7, 8, 9, 10})),
              ElementsAre(9, 10, 3, 4, 7, 8));
  EXPECT_THAT((Scatter<int32_t, int64_t>(matrix, {1, 2}, {1, 1}, {1}, {0})),
              ElementsAre(1, 2, 3, 0, 5, 6));
  EXPECT_THAT((Scatter<int32_t, int64_t>(matrix, {0, 1}, {}, {0, 2}, {})),
              ElementsAre(1, 2, 3, 4, 5, 6));
}

TEST(ScatterNd, Errors) {
  const auto data = testing::Random({3, 2});
  EXPECT_THAT(
      testing::RunError(Op(), {}, {data, Filled<int64_t>({1, 1}, {3}), testing::Random({1, 2})}),
      HasSubstr(
          "operator 'mmdeploy::ScatterND': index 3 of row 0 is beyond dimension 0 of data 3x2"));
  EXPECT_THAT(
      testing::RunError(Op(), {}, {data, Filled<int64_t>({1, 3}, {0, 0, 0}), testing::Random({1})}),
      HasSubstr("have 3 numbers each"));
  EXPECT_THAT(
      testing::RunError(Op(), {}, {data, Filled<int64_t>({1, 1}, {0}), testing::Random({1, 3})}),
      HasSubstr("the same size of a slice"));
  EXPECT_THAT(testing::RunError(Op(), {}, {data, testing::Random({1, 1}), testing::Random({1, 2})}),
              HasSubstr("element type float32, allowed: int64, int32"));
  EXPECT_THAT(
      testing::RunError(Op(), {},
                        {data, Filled<int64_t>({1, 1}, {0}), Filled<int32_t>({1, 2}, {1, 1})}),
      HasSubstr("input 2 'updates' has element type int32, expected float32 as input 0 'data'"));
}

}  // namespace
}  // namespace mmdeploy::op
