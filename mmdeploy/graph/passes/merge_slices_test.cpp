#include <gtest/gtest.h>

#include "mmdeploy/graph/passes/run_pass.h"

namespace mmdeploy::graph {
namespace {

TEST(MergeSlicesTest, OtherAxesAndTheSame) {
  ExpectRewrite("merge_slices",
                "g (float[8,9] x) => (float[2,3] y) <int64[1] s = {1}, int64[1] e = {5}, "
                "int64[1] zero = {0}, int64[1] one = {1}, int64[1] two = {2}, int64[1] k = {6}> "
                "{ a = Slice(x, s, e, zero, two) y = Slice(a, zero, k, one, two) }",
                "g (float[8,9] x) => (float[2,3] y) <int64[2] y_1 = {1,0}, int64[2] y_2 = {5,6}, "
                "int64[2] y_3 = {0,1}, int64[2] y_4 = {2,2}> "
                "{ y = Slice(x, y_1, y_2, y_3, y_4) }");
}

TEST(MergeSlicesTest, BoundsNearTheLargestNumber) {
  ExpectRewrite("merge_slices",
                "g (float[8] x) => (float[0] y) <int64[1] s = {9223372036854775800}, "
                "int64[1] e = {9223372036854775807}, int64[1] zero = {0}, int64[1] t = {100}, "
                "int64[1] u = {200}> { a = Slice(x, s, e, zero) y = Slice(a, t, u, zero) }",
                "g (float[8] x) => (float[0] y) <int64[1] y_1 = {9223372036854775807}, "
                "int64[1] y_2 = {9223372036854775807}, int64[1] y_3 = {0}> "
                "{ y = Slice(x, y_1, y_2, y_3) }");
  // From the end, even from far before the start: nothing is added to those.
  ExpectRewrite("merge_slices",
                "g (float[8] x) => (float[0] y) <int64[1] s = {1}, "
                "int64[1] e = {9223372036854775807}, int64[1] zero = {0}, int64[1] t = {2}, "
                "int64[1] u = {-9223372036854775807}> "
                "{ a = Slice(x, s, e, zero) y = Slice(a, t, u, zero) }",
                "g (float[8] x) => (float[0] y) <int64[1] y_1 = {3}, "
                "int64[1] y_2 = {-9223372036854775807}, int64[1] y_3 = {0}> "
                "{ y = Slice(x, y_1, y_2, y_3) }");
}

TEST(MergeSlicesTest, KeepsWhatItDoesNotKnow) {
  // Backwards, from the end, computed, or shared.
  ExpectUntouched("merge_slices",
                  "g (float[8] x) => (float[?] y) <int64[1] m = {-1}, int64[1] e = {-9}, "
                  "int64[1] zero = {0}, int64[1] k = {3}> "
                  "{ a = Slice(x, m, e, zero, m) y = Slice(a, zero, k, zero) }");
  ExpectUntouched("merge_slices",
                  "g (float[8] x, int64[1] s) => (float[?] y) <int64[1] zero = {0}, "
                  "int64[1] k = {3}> { a = Slice(x, s, k, zero) y = Slice(a, zero, k, zero) }");
  ExpectUntouched("merge_slices",
                  "g (float[8] x) => (float[5] a, float[3] y) <int64[1] zero = {0}, "
                  "int64[1] k = {3}, int64[1] f = {5}> "
                  "{ a = Slice(x, zero, f, zero) y = Slice(a, zero, k, zero) }");
}

}  // namespace
}  // namespace mmdeploy::graph
