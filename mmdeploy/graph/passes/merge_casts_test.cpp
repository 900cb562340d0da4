#include <gtest/gtest.h>

#include "mmdeploy/graph/passes/run_pass.h"

namespace mmdeploy::graph {
namespace {

TEST(MergeCastsTest, SkipsALosslessCast) {
  ExpectRewrite("merge_casts",
                "g (int32[N] x) => (float[N] y) { a = Cast<to=7>(x) y = Cast<to=1>(a) }",
                "g (int32[N] x) => (float[N] y) { y = Cast<to=1>(x) }");
  ExpectRewrite("merge_casts",
                "g (float16[N] x) => (int32[N] y) { a = Cast<to=1>(x) y = Cast<to=6>(a) }",
                "g (float16[N] x) => (int32[N] y) { y = Cast<to=6>(x) }");
}

TEST(MergeCastsTest, SkipsARepeatedCast) {
  ExpectRewrite("merge_casts",
                "g (float[N] x) => (int64[N] y) { a = Cast<to=7>(x) b = Cast<to=7>(a) "
                "y = Cast<to=7>(b) }",
                "g (float[N] x) => (int64[N] y) { a = Cast<to=7>(x) y = Cast<to=7>(a) }");
}

TEST(MergeCastsTest, KeepsACastThatLoses) {
  const char* models[] = {
      "g (float[N] x) => (float[N] y) { a = Cast<to=7>(x) y = Cast<to=1>(a) }",
      "g (int64[N] x) => (int64[N] y) { a = Cast<to=6>(x) y = Cast<to=7>(a) }",
      "g (int32[N] x) => (int64[N] y) { a = Cast<to=1>(x) y = Cast<to=7>(a) }",
      "g (int32[N] x) => (float[N] y) { a = Cast<to=9>(x) y = Cast<to=1>(a) }",
      "g (float[N] x) => (float[N] y) { a = Cast<to=10>(x) y = Cast<to=1>(a) }",
  };
  for (const char* model : models) ExpectUntouched("merge_casts", model);
}

}  // namespace
}  // namespace mmdeploy::graph
