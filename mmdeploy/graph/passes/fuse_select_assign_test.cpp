#include <gtest/gtest.h>

#include "mmdeploy/graph/passes/run_pass.h"

namespace mmdeploy::graph {
namespace {

constexpr char kHead[] = "g (bool[A,B] m, float[A,B] y, float[A,B] z) => (float[A,B] out) ";

TEST(FuseSelectAssignTest, SharedIndices) {
  ExpectRewrite("fuse_select_assign",
                std::string(kHead) +
                    "{ n = NonZero(m) i = Transpose<perm=[1,0]>(n) u = GatherND(z, i) "
                    "out = ScatterND(y, i, u) }",
                std::string(kHead) + "{ out = Where(m, z, y) }");
}

// As PyTorch exports `y[x < c] = z[x < c]`.
TEST(FuseSelectAssignTest, IndicesComputedTwiceAndCut) {
  ExpectRewrite("fuse_select_assign",
                std::string(kHead) +
                    "<int64[1] all = {-1}, int64 at = {0}, int64[1] zero = {0}> "
                    "{ n = NonZero(m) j = Transpose<perm=[1,0]>(n) u = GatherND(z, j) "
                    "s = Shape(y) e = Expand(m, s) k = NonZero(e) i = Transpose<perm=[1,0]>(k) "
                    "r = Reshape(u, all) q = Shape(i) c = Gather<axis=0>(q, at) "
                    "d = Unsqueeze(c, zero) t = Slice(r, zero, d, zero) "
                    "out = ScatterND(y, i, t) }",
                std::string(kHead) + "{ out = Where(m, z, y) }");
}

TEST(FuseSelectAssignTest, KeepsUnequalShapes) {
  ExpectUntouched("fuse_select_assign",
                  "g (bool[A,B] m, float[A,B] y, float[A,C] z) => (float[A,B] out) "
                  "{ n = NonZero(m) i = Transpose<perm=[1,0]>(n) u = GatherND(z, i) "
                  "out = ScatterND(y, i, u) }");
}

TEST(FuseSelectAssignTest, KeepsOtherMasksAndReductions) {
  ExpectUntouched("fuse_select_assign",
                  "g (bool[A,B] m, bool[A,B] o, float[A,B] y, float[A,B] z) => (float[A,B] out) "
                  "{ n = NonZero(m) i = Transpose<perm=[1,0]>(n) p = NonZero(o) "
                  "j = Transpose<perm=[1,0]>(p) u = GatherND(z, j) out = ScatterND(y, i, u) }");
  ExpectUntouched("fuse_select_assign",
                  std::string(kHead) +
                      "{ n = NonZero(m) i = Transpose<perm=[1,0]>(n) u = GatherND(z, i) "
                      "out = ScatterND<reduction=\"add\">(y, i, u) }",
                  16);
}

}  // namespace
}  // namespace mmdeploy::graph
