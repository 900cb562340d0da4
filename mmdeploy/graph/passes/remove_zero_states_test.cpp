#include <gtest/gtest.h>

#include "mmdeploy/graph/passes/run_pass.h"

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

TEST(RemoveZeroStatesTest, KeepsOtherStates) {
  ExpectUntouched("remove_zero_states",
                  "g (float[L,1,2] x, float[1,1,2] w, float[1,1,1] r) => (float[L,1,1,1] y) "
                  "<float[1,1,1] h = {0.5}> "
                  "{ y = RNN<hidden_size=1>(x, w, r, \"\", \"\", h) }");
}

}  // namespace
}  // namespace mmdeploy::graph
