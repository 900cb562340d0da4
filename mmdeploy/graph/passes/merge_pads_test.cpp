#include <gtest/gtest.h>

#include "mmdeploy/graph/passes/run_pass.h"

namespace mmdeploy::graph {
namespace {

constexpr char kHead[] = "g (float[1,1,4,4] x, float[1,1,3,3] w) => (float[1,1,?,?] y) ";

TEST(MergePadsTest, ConvPadsByItself) {
  ExpectRewrite("merge_pads",
                std::string(kHead) +
                    "<int64[8] p = {0,0,1,2,0,0,3,4}> "
                    "{ a = Pad(x, p) y = Conv<pads=[1,1,1,1]>(a, w) }",
                std::string(kHead) + "{ y = Conv<pads=[2,3,4,5]>(x, w) }");
  ExpectRewrite("merge_pads",
                std::string(kHead) + "{ a = Pad<pads=[0,0,1,1,0,0,1,1]>(x) y = Conv(a, w) }",
                std::string(kHead) + "{ y = Conv<pads=[1,1,1,1]>(x, w) }", 10);
}

TEST(MergePadsTest, AveragePoolCountsIt) {
  ExpectRewrite("merge_pads",
                std::string(kHead) +
                    "<int64[8] p = {0,0,1,1,0,0,1,1}> "
                    "{ a = Pad(x, p) y = AveragePool<kernel_shape=[2,2]>(a) }",
                std::string(kHead) +
                    "{ y = AveragePool<kernel_shape=[2,2], "
                    "count_include_pad=1, pads=[1,1,1,1]>(x) }");
}

TEST(MergePadsTest, KeepsOtherPads) {
  const std::string conv = "y = Conv(a, w) }";
  const std::string zero = std::string(kHead) + "<int64[8] p = {0,0,1,1,0,0,1,1}> ";
  ExpectUntouched("merge_pads", zero + "{ a = Pad<mode=\"reflect\">(x, p) " + conv);
  ExpectUntouched("merge_pads", std::string(kHead) +
                                    "<int64[8] p = {0,0,1,1,0,0,1,1}, "
                                    "float v = {1}> { a = Pad(x, p, v) " +
                                    conv);
  ExpectUntouched("merge_pads",
                  std::string(kHead) + "<int64[8] p = {0,0,-1,1,0,0,1,1}> { a = Pad(x, p) " + conv);
  ExpectUntouched("merge_pads", zero + "{ a = Pad(x, p) y = Conv<auto_pad=\"VALID\">(a, w) }");
  ExpectUntouched("merge_pads", zero + "{ a = Pad(x, p) y = MaxPool<kernel_shape=[2,2]>(a) }");
  ExpectUntouched("merge_pads", zero +
                                    "{ a = Pad(x, p) "
                                    "y = AveragePool<kernel_shape=[2,2], pads=[1,1,1,1]>(a) }");
  ExpectUntouched("merge_pads", zero + "{ a = Pad(x, p) y = AveragePool<kernel_shape=[1,1]>(a) }");
}

TEST(MergePadsTest, KeepsAChannelPad) {
  ExpectUntouched("merge_pads",
                  "g (float[1,1,4,4] x, float[1,2,3,3] w) => (float[1,1,?,?] y) "
                  "<int64[8] p = {0,1,0,0,0,0,0,0}> { a = Pad(x, p) y = Conv(a, w) }");
}

}  // namespace
}  // namespace mmdeploy::graph
