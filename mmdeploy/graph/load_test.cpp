#include "mmdeploy/graph/load.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <random>

#include "mmdeploy/base/file.h"
#include "mmdeploy/graph/onnx.pb.h"
#include "mmdeploy/graph/save.h"
#include "mmdeploy/graph/text.h"

namespace mmdeploy::graph {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

constexpr char kModel[] = R"(<ir_version: 8, opset_import: ["" : 13, "mmdeploy" : 1]>
g (float[N,4] x, bool c, float[] a) => (float[N,4] y, float[] z)
<float[4] w = {1.5, -2, 3, 1e-07},
 float16[2] h = {0.5, 2},
 int64[2] shape = {2, -1},
 string[1] s = {"ab"}> {
  [first] t = Mul (x, w)
  r = Reshape <allowzero: int = 0> (t, shape)
  m0, "" = mmdeploy.Custom <alpha: float = 0.5, ids: ints = [1, 2], names: strings = ["p", "q"], value: tensor = float[2] {1, 2}> (r, "", a, h, s)
  y = Identity (t)
  z = If <else_branch: graph = other () => (float[1] k)
    <float[1] k = {3}> {
  }, then_branch: graph = one () => (float[N,4] p) {
    p = Relu (x)
  }> (c)
}
)";

std::unique_ptr<Model> Parse(std::string_view text) {
  auto model = ParseText(text);
  EXPECT_TRUE(model) << model.error().message();
  return std::move(*model);
}

class Folder : public ::testing::Test {
 protected:
  Folder() {
    folder_ = fs::temp_directory_path() /
              ("mmdeploy_load_" + std::to_string(::getpid()) + "_" +
               ::testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::create_directories(folder_ / "inner");
  }
  ~Folder() override { fs::remove_all(folder_); }
  std::string Path(const std::string& name) const { return (folder_ / name).string(); }

  fs::path folder_;
};

TEST(Load, WhatWasSavedIsRead) {
  auto model = Parse(kModel);
  auto bytes = SerializeModel(*model);
  ASSERT_TRUE(bytes) << bytes.error().message();
  auto again = ParseModel(*bytes);
  ASSERT_TRUE(again) << again.error().message();
  EXPECT_EQ(PrintText(**again), PrintText(*model));
  EXPECT_EQ(*SerializeModel(**again), *bytes);
}

TEST(Load, InitializersThatAreInputsStayInputs) {
  auto model = Parse("g (float[2] x, float[2] w = {1, 2}) => (float[2] y) { y = Add (x, w) }");
  EXPECT_TRUE(model->initializers_as_inputs);
  auto again = ParseModel(*SerializeModel(*model));
  ASSERT_TRUE(again);
  EXPECT_TRUE((*again)->initializers_as_inputs);
  EXPECT_EQ((*again)->graph()->num_inputs(), 1u);
}

TEST_F(Folder, ExternalWeights) {
  auto model = Parse(kModel);
  SaveOptions options;
  options.external_data = true;
  options.min_external_bytes = 16;
  ASSERT_TRUE(SaveModel(*model, Path("m.onnx"), options));
  EXPECT_EQ(fs::file_size(Path("m.onnx.data")), 64u + 16u);
  auto again = LoadModel(Path("m.onnx"));
  ASSERT_TRUE(again) << again.error().message();
  EXPECT_EQ(PrintText(**again), PrintText(*model));
  // Saved over itself while its weights are mapped.
  ASSERT_TRUE(SaveModel(**again, Path("m.onnx"), options));
  auto third = LoadModel(Path("m.onnx"));
  ASSERT_TRUE(third) << third.error().message();
  EXPECT_EQ(PrintText(**third), PrintText(*model));

  fs::resize_file(Path("m.onnx.data"), 70);
  EXPECT_THAT(
      LoadModel(Path("m.onnx")).error().message(),
      HasSubstr("tensor 'shape': bytes 64 to 80 of 'm.onnx.data' are needed, but it has 70"));
  fs::remove(Path("m.onnx.data"));
  auto missing = LoadModel(Path("m.onnx"));
  EXPECT_EQ(missing.error().code(), Code::kFileNotExist);
  EXPECT_THAT(missing.error().message(), HasSubstr("m.onnx.data' of the model is missing"));
}

TEST_F(Folder, ExternalWeightsStayInTheFolder) {
  auto model = Parse("g (float[2] x) => (float[2] y) <float[2] w = {1, 2}> { y = Add (x, w) }");
  SaveOptions options;
  options.external_data = true;
  options.min_external_bytes = 1;
  ASSERT_TRUE(SaveModel(*model, Path("inner/m.onnx"), options));
  const std::string bytes(AsText(*ReadFile(Path("inner/m.onnx"))));
  auto with_location = [&](const std::string& location) {
    std::string changed = bytes;
    EXPECT_EQ(location.size(), std::string("m.onnx.data").size());
    changed.replace(changed.find("m.onnx.data"), location.size(), location);
    EXPECT_TRUE(WriteFile(Path("inner/n.onnx"), changed));
    return LoadModel(Path("inner/n.onnx")).error();
  };
  fs::rename(Path("inner/m.onnx.data"), Path("outer_12345"));
  EXPECT_THAT(with_location("../outer_12").message(),
              HasSubstr("external file '../outer_12' is not inside the model's folder"));
  EXPECT_EQ(with_location("/etc/passwd").code(), Code::kOutOfRange);
  fs::create_symlink(Path("outer_12345"), Path("inner/link_123456"));
  EXPECT_THAT(with_location("link_123456").message(),
              HasSubstr("'link_123456' is a link that leads outside the model's folder"));
  EXPECT_THAT(ParseModel(bytes).error().message(),
              HasSubstr("but the model was given as bytes; open the model by its path"));
}

TEST_F(Folder, NothingIsLeftBehind) {
  auto model = Parse("g (float x) => (float y) { y = Relu (x) }");
  EXPECT_THAT(SaveModel(*model, Path("none/m.onnx")).error().message(),
              HasSubstr("cannot write '" + Path("none/m.onnx")));
  EXPECT_TRUE(fs::is_empty(Path("inner")));
}

// Wire format by hand: fields that the text cannot say.
std::string Field(int number, const std::string& content) {
  return std::string(1, static_cast<char>(number << 3 | 2)) + static_cast<char>(content.size()) +
         content;
}
std::string Number(int number, int value) {
  return std::string(1, static_cast<char>(number << 3)) + static_cast<char>(value);
}
std::string WithGraph(const std::string& graph) {
  return Number(1, 8) + Field(8, Number(2, 13)) + Field(7, graph);
}

TEST(Load, MessagesNameThePlace) {
  const std::string tensor = Number(1, 3) + Number(2, 1) + Field(8, "w") + Field(9, "abcd");
  const std::string node = Field(1, "nowhere") + Field(2, "y") + Field(4, "Relu");
  const std::string maker = Field(1, "x") + Field(2, "x") + Field(3, "loop") + Field(4, "Relu");
  const std::pair<std::string, const char*> cases[] = {
      {"", "model: it is not an ONNX model, or it is damaged"},
      {std::string(20, '\xff'), "model: it is not an ONNX model, or it is damaged"},
      {Number(1, 8), "model: it holds no graph: not an ONNX model"},
      {Number(1, 8) + Field(7, Field(2, "g")), "it imports no operator set"},
      {WithGraph(Field(5, tensor)),
       "tensor 'w': it has 4 bytes of elements, type and dimensions need 12"},
      {WithGraph(Field(5, Number(2, 99) + Field(8, "w"))),
       "tensor 'w': elements of type 99 have no fixed size"},
      {WithGraph(Field(1, node)),
       "node 0 (Relu) making 'y': input 0 is 'nowhere', which no node, input or initializer "
       "defines"},
      {WithGraph(Field(1, maker)),
       "1 nodes depend on their own outputs (a cycle), one of them is "
       "node 'loop' (Relu)"},
      {WithGraph(Field(1, maker) + Field(1, maker)),
       "'x' is defined twice: by node 'loop' (Relu) and by node 'loop' (Relu)"},
      {WithGraph(Field(12, Field(1, "y"))),
       "output 'y' of the graph is defined by no node, input or initializer"},
      {WithGraph(Field(1, Field(2, "y"))), "has no op_type"},
      {WithGraph(Field(1, Field(4, "Relu"))), "has no outputs"},
  };
  for (const auto& [bytes, message] : cases) {
    auto model = ParseModel(bytes);
    ASSERT_FALSE(model) << message;
    EXPECT_THAT(model.error().message(), HasSubstr(message));
  }
}

TEST(Load, LimitsAreKept) {
  auto model = Parse("g (float x) => (float y) { a = Relu (x) y = Relu (a) }");
  LoadLimits limits;
  limits.max_nodes = 1;
  EXPECT_THAT(ParseModel(*SerializeModel(*model), "", "m", limits).error().message(),
              HasSubstr("m: it has more than 1 nodes, which is the limit"));
  auto nested = Parse(kModel);
  limits = {};
  limits.max_depth = 0;
  EXPECT_THAT(ParseModel(*SerializeModel(*nested), "", "m", limits).error().message(),
              HasSubstr("making 'z': graphs inside graphs are nested deeper than 0 levels"));
}

// Every change of one byte gives a model or an error, never a crash.
TEST(Load, DamagedBytes) {
  const std::string bytes = *SerializeModel(*Parse(kModel));
  std::mt19937 random(7);
  int models = 0;
  for (int round = 0; round < 3000; ++round) {
    std::string damaged = bytes;
    damaged[random() % damaged.size()] = static_cast<char>(random());
    if (round % 3 == 0) damaged.resize(random() % damaged.size());
    auto model = ParseModel(damaged);
    if (!model) {
      EXPECT_FALSE(model.error().message().empty());
      continue;
    }
    ++models;
    EXPECT_TRUE(SerializeModel(**model));
    PrintText(**model);
  }
  EXPECT_GT(models, 100);
}

TEST(Load, PlaceholdersAreNoNamesOfSizes) {
  auto model = Parse("g (float[\"?\",\"None\",\"-1\",n,\"?\"] x) => (float[n] y) { y = A (x) }");
  auto bytes = SerializeModel(*model);
  ASSERT_TRUE(bytes) << bytes.error().message();
  auto again = ParseModel(*bytes);
  ASSERT_TRUE(again) << again.error().message();
  const Dims& dims = *(*again)->graph()->input(0)->type.dims;
  EXPECT_EQ(Name((*again)->graph()->input(0)->type), "float32[?,?,?,n,?]");
  EXPECT_NE(dims[0], dims[4]);
}

TEST(Load, WhatHasNoTypeIsSavedWithoutOne) {
  auto model = Parse(
      "g (float[2] x, bool c) => (float[2] y) { i = If <"
      "then_branch = t () => (undefined[] a) { a = Relu (x) }, "
      "else_branch = e () => (undefined[] b) { b = Neg (x) }> (c) y = Exp (i) }");
  auto bytes = SerializeModel(*model);
  ASSERT_TRUE(bytes) << bytes.error().message();
  onnx_proto::ModelProto proto;
  ASSERT_TRUE(proto.ParseFromString(*bytes));
  const auto& branch = proto.graph().node(0).attribute(0).g();
  EXPECT_TRUE(branch.output(0).has_type());
  EXPECT_EQ(branch.output(0).type().value_case(), onnx_proto::TypeProto::VALUE_NOT_SET);
}

}  // namespace
}  // namespace mmdeploy::graph
