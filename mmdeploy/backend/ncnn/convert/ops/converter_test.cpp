#include "mmdeploy/backend/ncnn/convert/ops/converter.h"

#include <gmock/gmock.h>

#include "mmdeploy/backend/ncnn/convert/testing.h"
#include "mmdeploy/graph/schema.h"

// Nothing that a node has goes unread.

namespace mmdeploy::ncnn_convert {
namespace {

using ::testing::HasSubstr;

TEST(NcnnReadsTest, RefusesWhatNobodyReads) {
  EXPECT_THAT(Layers("g (float[1,4] x) => (float[1,4] y) { y = Relu<slope = 2>(x) }"),
              HasSubstr("attribute 'slope' is 2, of which ncnn has nothing"));
  EXPECT_THAT(Layers("g (float[1,4] x, float[1,4] z) => (float[1,4] y) { y = Relu(x, z) }"),
              HasSubstr("Relu"));
  EXPECT_THAT(Layers("g (float[1,4] x) => (float[1,4] y) { y = Cast<to = 16>(x) }"),
              HasSubstr("bfloat16"));
}

TEST(NcnnReadsTest, ValuesThatChangeNothingAreTaken) {
  const auto lstm = [](const char* attribute) {
    return Layers(fmt::format(
        "g (float[1,1,1] x) => (float[1,1,1,1] y) <float[1,4,1] w = {{1, 2, 3, 4}}, float[1,4,1] r "
        "= {{5, 6, 7, 8}}> {{ y = LSTM<hidden_size = 1, {}>(x, w, r) }}",
        attribute));
  };
  EXPECT_THAT(lstm("input_forget = 0"), HasSubstr("\nLSTM "));
  EXPECT_THAT(lstm("input_forget = 1"), HasSubstr("attribute 'input_forget' is 1, ncnn has 0"));
  EXPECT_THAT(lstm("clip = 1.0"), HasSubstr("attribute 'clip' is 1, of which ncnn has nothing"));
}

// Before a fusion takes the node.
TEST(NcnnReadsTest, PatternsDoNotSwallowAttributes) {
  EXPECT_THAT(Layers("g (float[1,4] x) => (float[1,4] y) { s = Sigmoid<slope = 2>(x) y = Mul(x, s) "
                     "}"),
              HasSubstr("attribute 'slope' is 2"));
}

TEST(NcnnReadsTest, NamesOfOtherDomainsAreOtherOperators) {
  EXPECT_THAT(Layers("g (float[1,4] x) => (float[1,4] y) { y = foreign.Relu(x) }"),
              HasSubstr("ncnn has no layer for it"));
}

// A declared attribute is one that the operator has (in some operator set), or an older spelling.
// One test for each: tests/differential asks for the list of them.
class NcnnConverterTest : public ::testing::TestWithParam<std::string> {};

TEST_P(NcnnConverterTest, DeclaresAttributesThatExist) {
  const std::string& op = GetParam();
  std::vector<std::string> known;
  for (int64_t opset = 1; opset <= 30; ++opset) {
    const graph::Schema* schema = graph::FindSchema(op, opset);
    if (!schema) continue;
    for (const auto& attribute : schema->attributes) known.push_back(attribute.name);
  }
  if (known.empty()) return;
  graph::Model model;
  model.set_opset("", 13);
  graph::Node* node = model.graph()->AddNode(op, {});
  for (std::string_view declared : FindConverter(*node)->attributes) {
    const std::string name(declared.substr(0, declared.find('=')));
    const bool older = name == "paddings" || name == "affine" || name == "axes" ||
                       name == "repeats" || name == "steps" || name == "split" || name == "*" ||
                       name == "min" || name == "max" || name == "scales" ||
                       (op == "HardSwish" && (name == "alpha" || name == "beta"));
    EXPECT_TRUE(older || std::count(known.begin(), known.end(), name) > 0)
        << op << ": " << declared;
  }
}

INSTANTIATE_TEST_SUITE_P(Operators, NcnnConverterTest, ::testing::ValuesIn(ConvertedOperators()),
                         [](const auto& test) { return test.param; });

}  // namespace
}  // namespace mmdeploy::ncnn_convert
