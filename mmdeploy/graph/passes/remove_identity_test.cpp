#include <gtest/gtest.h>

#include "mmdeploy/graph/passes/run_pass.h"

namespace mmdeploy::graph {
namespace {

// A node between Neg and Relu, with constants.
std::string Between(const std::string& node, const std::string& constants = "",
                    const std::string& type = "float[N,4]") {
  return "g (" + type + " x) => (float[] y) <" + constants + "> { a = Neg(x) b = " + node +
         " y = Relu(b) }";
}

void ExpectRemoved(const std::string& node, const std::string& constants = "",
                   const std::string& type = "float[N,4]", int opset = 13) {
  SCOPED_TRACE(node);
  ExpectRewrite("remove_identity", Between(node, constants, type),
                "g (" + type + " x) => (float[] y) { a = Neg(x) y = Relu(a) }", opset);
}

void ExpectKept(const std::string& node, const std::string& constants = "", int opset = 13) {
  SCOPED_TRACE(node);
  ExpectUntouched("remove_identity", Between(node, constants), opset);
}

TEST(RemoveIdentityTest, RemovesWhatKeepsValuesAndShape) {
  ExpectRemoved("Identity(a)");
  ExpectRemoved("Cast<to=1>(a)");
  ExpectRemoved("Transpose<perm=[0,1]>(a)");
  ExpectRemoved("Concat<axis=0>(a)");
  ExpectRemoved("Sum(a)");
  ExpectRemoved("Dropout(a)");
  ExpectRemoved("Dropout(a, r, t)", "float r = {0.5}, bool t = {0}");
  ExpectRemoved("Reshape(a, s)", "int64[2] s = {0,-1}");
  ExpectRemoved("Reshape(a, s)", "int64[2] s = {-1,4}");
  ExpectRemoved("Flatten<axis=1>(a)");
  ExpectRemoved("Expand(a, s)", "int64[1] s = {1}");
  ExpectRemoved("Pad(a, p)", "int64[4] p = {0,0,0,0}");
  ExpectRemoved("Slice(a, s, e)", "int64[1] s = {0}, int64[1] e = {9223372036854775807}");
  ExpectRemoved("Slice(a, s, e, d)", "int64[1] s = {0}, int64[1] e = {4}, int64[1] d = {1}");
  ExpectRemoved("Mul(a, c)", "float c = {1}");
  ExpectRemoved("Mul(c, a)", "float[1,1] c = {1}");
  ExpectRemoved("Add(a, c)", "float[4] c = {0,0,0,0}");
  ExpectRemoved("Sub(a, c)", "float c = {0}");
  ExpectRemoved("Div(a, c)", "float c = {1}");
  ExpectRemoved("Pow(a, c)", "float c = {1}");
  ExpectRemoved("Resize(a, , s)", "float[4] s = {1,1,1,1}", "float[N,3,H,W]");
  ExpectRemoved("Pad<pads=[0,0,0,0]>(a)", "", "float[N,4]", 10);
}

TEST(RemoveIdentityTest, KeepsWhatMayChangeValues) {
  ExpectUntouched("remove_identity",
                  "g (float[4] x) => (float16[4] y) { a = Neg(x) y = Cast<to=10>(a) }");
  ExpectKept("Transpose<perm=[1,0]>(a)");
  ExpectKept("Transpose(a)");
  ExpectKept("Dropout(a, r, t)", "float r = {0.5}, bool t = {1}");
  ExpectKept("Reshape(a, s)", "int64[2] s = {-1,2}");
  ExpectKept("Pad(a, p)", "int64[4] p = {0,0,0,1}");
  ExpectKept("Slice(a, s, e)", "int64[1] s = {1}, int64[1] e = {9223372036854775807}");
  ExpectKept("Slice(a, s, e, d, t)",
             "int64[1] s = {-1}, int64[1] e = {-9223372036854775807}, int64[1] d = {0}, "
             "int64[1] t = {-1}");
  ExpectKept("Mul(a, c)", "float c = {2}");
  ExpectKept("Sub(c, a)", "float c = {0}");
  ExpectKept("Add(a, c)", "float[4] c = {0,0,0,1}");
}

TEST(RemoveIdentityTest, KeepsWhatMayBroadcast) {
  ExpectKept("Add(a, c)", "float[1,1,1] c = {0}");
  ExpectKept("Mul(a, c)", "float[2,1] c = {1,1}");
}

TEST(RemoveIdentityTest, KeepsAMaskInUse) {
  ExpectUntouched("remove_identity",
                  "g (float[4] x) => (float[4] y, bool[4] m) { a = Neg(x) b, m = Dropout(a) "
                  "y = Relu(b) }");
}

TEST(RemoveIdentityTest, ServesAnOutputByTheNodeBefore) {
  ExpectRewrite("remove_identity", "g (float[4] x) => (float[4] y) { a = Neg(x) y = Identity(a) }",
                "g (float[4] x) => (float[4] y) { y = Neg(x) }");
}

TEST(RemoveIdentityTest, KeepsOutputsApart) {
  ExpectUntouched("remove_identity", "g (float[4] x) => (float[4] y) { y = Identity(x) }");
  ExpectUntouched("remove_identity",
                  "g (float[4] x) => (float[4] y, float[4] z) { y = Neg(x) z = Identity(y) }");
}

TEST(RemoveIdentityTest, KeepsOtherDomains) { ExpectKept("mmdeploy.Identity(a)"); }

}  // namespace
}  // namespace mmdeploy::graph
