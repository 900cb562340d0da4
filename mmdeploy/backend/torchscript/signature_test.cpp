#include "mmdeploy/backend/torchscript/signature.h"

#include <gtest/gtest.h>

namespace mmdeploy::torchscript {
namespace {

std::string Message(std::string_view text) {
  const auto signature = ReadSignature(text, "a.pt/mmdeploy.json");
  return signature ? "accepted" : signature.error().message();
}

TEST(ReadSignature, ReadsNamesTypesAndShapes) {
  const auto signature = ReadSignature(
      R"({"inputs": [{"name": "a", "dtype": "float32", "shape": [-1, 3]}],
          "outputs": [{"name": "b", "dtype": "int64", "shape": []}]})",
      "a.pt/mmdeploy.json");
  ASSERT_TRUE(signature) << signature.error().message();
  EXPECT_EQ(signature->inputs[0].name, "a");
  EXPECT_EQ(Name(signature->inputs[0].shape), "?x3");
  EXPECT_EQ(signature->outputs[0].dtype, DataType::kInt64);
}

TEST(ReadSignature, SaysWhatIsWrong) {
  EXPECT_EQ(Message(R"({"inputs": [{"name": "a", "dtype": "float", "shape": []}], "outputs": []})"),
            "a.pt/mmdeploy.json:/inputs/0/dtype: unknown element type 'float'");
  EXPECT_EQ(Message(R"({"inputs": [], "outputs": [
                      {"name": "a", "dtype": "bool", "shape": [1,1,1,1,1,1,1,1,1]}]})"),
            "a.pt/mmdeploy.json:/outputs/0/shape: 9 dimensions, allowed: up to 8");
  EXPECT_NE(Message("{").find("a.pt/mmdeploy.json"), std::string::npos);
}

TEST(GuessSignature, TakesInputsForImages) {
  const auto signature = GuessSignature(2, 1);
  EXPECT_EQ(signature.inputs[1].name, "#1");
  EXPECT_EQ(Name(signature.inputs[1].shape), "?x?x?x?");
  EXPECT_EQ(signature.outputs[0].name, "#0");
  EXPECT_TRUE(signature.outputs[0].shape.empty());
}

}  // namespace
}  // namespace mmdeploy::torchscript
