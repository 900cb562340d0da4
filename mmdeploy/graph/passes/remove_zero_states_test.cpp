#include <gtest/gtest.h>

#include "mmdeploy/graph/passes/pass.h"
#include "mmdeploy/graph/passes/run_pass.h"
#include "mmdeploy/graph/text.h"

namespace mmdeploy::graph {
namespace {

TEST(RemoveZeroStatesTest, ConstantsAndWhatIsFilled) {
  ExpectRewrite("remove_zero_states",
                "g (float[L,N,2] x, float[1,4,2] w, float[1,4,1] r, int64[3] s) => "
                "(float[L,1,N,1] y) <float[1,1,1] c = {0}> { h = ConstantOfShape(s) "
                "y = LSTM<hidden_size=1>(x, w, r, \"\", \"\", h, c) }",
                "g (float[L,N,2] x, float[1,4,2] w, float[1,4,1] r, int64[3] s) => "
                "(float[L,1,N,1] y) { y = LSTM<hidden_size=1>(x, w, r) }");
}

TEST(RemoveZeroStatesTest, SeesThroughAnyNumberOfCopies) {
  constexpr int kCopies = 100000;  // a call for each could overflow the stack
  std::string copies = "h0 = Expand(z, s) ";
  for (int i = 1; i <= kCopies; ++i) {
    copies += "h" + std::to_string(i) + " = Identity(h" + std::to_string(i - 1) + ") ";
  }
  const std::string graph =
      "g (float[L,N,2] x, float[1,1,2] w, float[1,1,1] r, int64[3] s) => (float[L,1,N,1] y) "
      "<float z = {0}> { " +
      copies + "y = RNN<hidden_size=1>(x, w, r, \"\", \"\", h" + std::to_string(kCopies) + ") }";
  auto model = ParseText("<ir_version: 8, opset_import: [\"\" : 13]> " + graph);
  ASSERT_TRUE(model) << model.error().message();
  for (const Pass& pass : Passes()) {
    if (pass.name != "remove_zero_states") continue;
    EXPECT_EQ(pass.run(model->get()).value(), 1);
    return;
  }
  FAIL() << "no such pass";
}

TEST(RemoveZeroStatesTest, KeepsOtherStates) {
  ExpectUntouched("remove_zero_states",
                  "g (float[L,1,2] x, float[1,1,2] w, float[1,1,1] r) => (float[L,1,1,1] y) "
                  "<float[1,1,1] h = {0.5}> "
                  "{ y = RNN<hidden_size=1>(x, w, r, \"\", \"\", h) }");
}

}  // namespace
}  // namespace mmdeploy::graph
