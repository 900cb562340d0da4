#include <gmock/gmock.h>

#include <cmath>

#include "mmdeploy/pipeline/modules/net_inputs.h"
#include "mmdeploy/pipeline/pipeline.h"
#include "tests/support/model_files.h"

// What preprocessing may hand to a network, and what is refused when a model is loaded.

namespace mmdeploy {
namespace {

using testing::ExampleClassifier;
using ::testing::HasSubstr;
using testing::LoadFiles;
using testing::ModelFiles;
using testing::Replace;
using List = Value::List;

Result<std::shared_ptr<const Pipeline>> Load(const ModelFiles& files,
                                             const PipelineOptions& options = {}) {
  auto model = LoadFiles(files);
  if (!model) return MakeError(model.error());
  return Pipeline::Load(*model, options);
}

// The message of the classifier with a change in one of its files; "accepted" if it loads.
std::string Changed(const std::string& file, const std::string& from, const std::string& to) {
  auto files = ExampleClassifier();
  files[file] = Replace(files[file], from, to);
  const auto pipeline = Load(files);
  return pipeline ? "accepted" : pipeline.error().message();
}

TEST(Samples, AMissingStepIsNamedWhenTheModelIsLoaded) {
  EXPECT_THAT(Changed("pipeline.json", R"({"type": "ImageToTensor", "keys": ["img"]},)", ""),
              HasSubstr("input 'input' has shape 1x8x8x3, the network takes float32 ?x3x8x8; the "
                        "network takes batch x channels x height x width: put ImageToTensor before "
                        "Collect"));
  EXPECT_THAT(
      Changed("pipeline.json",
              R"(,
           {"type": "Collect", "keys": ["img"], "meta_keys": ["ori_shape"]})",
              ""),
      HasSubstr("the network's input 'input' takes 'img', which preprocessing does not make; it "
                "makes: nothing; end its transforms with Collect, whose `keys` name it"));
  EXPECT_THAT(
      Changed("pipeline.json", R"("Collect", "keys": ["img"])", R"("Collect", "keys": ["voxels"])"),
      HasSubstr("/transforms/4 (Collect): keys: nothing before this step makes 'voxels'"));
  EXPECT_THAT(
      Changed("pipeline.json", R"("Collect", "keys": ["img"])", R"("Collect", "keys": ["bbox"])"),
      HasSubstr("it makes: 'bbox'; name the right one in input_map"));
}

std::string Fit(const StaticTensor& made, const TensorInfo& taken) {
  EdgeType edge;
  edge.tensors.emplace().push_back(made);
  const auto fits = CheckProvided(edge, {taken}, {made.name}, JsonPath("p"));
  return fits ? "" : fits.error().message();
}

TensorInfo Info(DataType dtype, const Shape& shape) {
  TensorInfo info;
  info.name = "x";
  info.dtype = dtype;
  info.shape = shape;
  return info;
}

TEST(Samples, OpenSizesDoNotHideTheWrongLayout) {
  const auto f32 = DataType::kFloat32;
  const StaticTensor planar{"img", f32, {1, 3, -1, -1}, {}},
      interleaved{"img", f32, {1, -1, -1, 3}, {}};
  EXPECT_EQ(Fit(planar, Info(f32, {-1, 3, -1, -1})), "");
  EXPECT_EQ(Fit(interleaved, Info(f32, {-1, -1, -1, 3})), "");
  EXPECT_EQ(Fit(interleaved, Info(f32, {-1, -1, -1, -1})), "");
  EXPECT_THAT(Fit(interleaved, Info(f32, {-1, 3, -1, -1})),
              HasSubstr("put ImageToTensor before Collect"));
  EXPECT_THAT(Fit(planar, Info(f32, {1, -1, -1, 3})), HasSubstr("leave out ImageToTensor"));
}

TEST(Samples, ElementTypesAreComparedWithAdvice) {
  const Shape shape{1, 3, 8, 8};
  const auto f32 = DataType::kFloat32, f16 = DataType::kFloat16, u8 = DataType::kUint8;
  EXPECT_EQ(Fit({"img", f32, shape, {}}, Info(f16, shape)), "");
  EXPECT_EQ(Fit({"img", u8, shape, {}}, Info(u8, shape)), "");
  EXPECT_EQ(Fit({"img", {}, shape, {}}, Info(u8, shape)), "");
  EXPECT_THAT(Fit({"img", f32, shape, {}}, Info(u8, shape)), HasSubstr("leave out Normalize"));
  EXPECT_THAT(Fit({"img", u8, shape, {}}, Info(f32, shape)), HasSubstr("put Normalize before"));
  EXPECT_THAT(Fit({"img", u8, shape, {}}, Info(f16, shape)), HasSubstr("put Normalize before"));
}

TEST(Samples, HalvesAreConvertedAtTheBorder) {
  Tensor tensor = *Tensor::Allocate(DataType::kFloat32, {2});
  tensor.data<float>()[0] = 1.0F / 3;
  tensor.data<float>()[1] = 1e6F;
  const Tensor half = *ToNetwork(tensor, Info(DataType::kFloat16, {2}), nullptr);
  EXPECT_EQ(Describe(half), "float16 2");
  const Tensor back = *FromNetwork(half, nullptr);
  EXPECT_EQ(back.data<float>()[0], 0.33325195F);
  EXPECT_TRUE(std::isinf(back.data<float>()[1]));
  EXPECT_EQ(ToNetwork(tensor, Info(DataType::kFloat32, {2}), nullptr)->raw(), tensor.raw());
}

TEST(Samples, TensorsAndPointsNeedNoPicture) {
  auto files = ExampleClassifier();
  files["net.json"] = R"({"inputs": [{"name": "input", "shape": [-1, 2]}],
    "outputs": [{"name": "output", "shape": [-1, 3]}],
    "ops": [{"op": "linear", "input": "input", "output": "output",
             "weights": [[1, 0], [0, 1], [1, 1]], "bias": [0, 0, 0]}]})";
  files["pipeline.json"] = R"({"pipeline": {"input": "points", "output": "out", "tasks": [
    {"type": "Task", "module": "Transform", "input": "points", "output": "prep",
     "transforms": [{"type": "Collect", "keys": ["points"]}]},
    {"type": "Task", "module": "Net", "name": "net", "input": "prep", "output": "out",
     "input_map": {"points": "input"}}]}})";
  for (const bool as_tensors : {false, true}) {
    PipelineOptions options;
    options.inputs = {EdgeType{as_tensors ? Kind::kTensors : Kind::kPoints, 1, {}}};
    const auto pipeline = Load(files, options);
    ASSERT_TRUE(pipeline) << pipeline.error().message();
    Value value(Value::Points{{1, 2}, {3, 4}});
    if (as_tensors) {
      Tensor tensor = *Tensor::Allocate(DataType::kFloat32, {2, 2});
      for (int i = 0; i < 4; ++i) tensor.data<float>()[i] = static_cast<float>(i + 1);
      value = Value(NamedTensors{{"points", tensor}});
    }
    const auto out = (*pipeline)->Run({Value(List{value})});
    ASSERT_TRUE(out) << out.error().message();
    const Tensor* result = Find((*out)[0].list()[0].tensors(), "output");
    ASSERT_EQ(Describe(*result), "float32 2x3");
    EXPECT_EQ(result->data<float>()[5], 7);
  }
  PipelineOptions options;
  options.inputs = {EdgeType{Kind::kPoints, 1, {}}};
  EXPECT_THAT(Load(ExampleClassifier(), options).error().message(),
              HasSubstr("(LoadImageFromFile): needs a picture, but this node is given tensors"));
  options.inputs = {EdgeType{Kind::kImage, 1, {}}};
  EXPECT_THAT(Load(files, options).error().message(),
              HasSubstr("keys: nothing before this step makes 'points', there is: nothing"));
}

TEST(Samples, WhatDeployJsonSaysOfTheNetworkIsCompared) {
  EXPECT_EQ(Changed("deploy.json", "\"batch_size\": 1", "\"batch_size\": 4"), "accepted");
  EXPECT_EQ(Changed("deploy.json", "\"dynamic_shape\": false", "\"dynamic_shape\": true"),
            "accepted");
  auto files = ExampleClassifier();
  files["net.json"] = Replace(files["net.json"], "[-1, 3, 8, 8]", "[1, 3, 8, 8]");
  EXPECT_TRUE(Load(files));
  auto dynamic = files;
  dynamic["deploy.json"] =
      Replace(files["deploy.json"], "\"dynamic_shape\": false", "\"dynamic_shape\": true");
  EXPECT_THAT(Load(dynamic).error().message(),
              HasSubstr("net 'net': dynamic_shape is true in deploy.json, but the network's input "
                        "'input' is float32 1x3x8x8 and nothing else"));
  auto batched = files;
  batched["deploy.json"] = Replace(files["deploy.json"], "\"batch_size\": 1", "\"batch_size\": 4");
  EXPECT_THAT(
      Load(batched).error().message(),
      HasSubstr("net 'net': batch_size of deploy.json: 4 items are to share a call, but the "
                "network's input 'input' is float32 1x3x8x8"));
}

TEST(Samples, AnInferenceNodeDecidesTheBatchOfItsModel) {
  auto files = ExampleClassifier();
  files["deploy.json"] = Replace(files["deploy.json"], "\"batch_size\": 1", "\"batch_size\": 8");
  const auto batch_of = [&](const std::string& key) {
    PipelineOptions options;
    options.models["classifier"] = *LoadFiles(files);
    const Json json = Json::parse(R"({"input": "imgs", "output": "labels", "tasks": [
      {"type": "Inference", "input": "imgs", "output": "labels",
       "params": {"model": "classifier")" +
                                  key + "}}]}");
    const auto pipeline = Pipeline::Compile(json, JsonPath("p"), nullptr, options);
    return pipeline ? std::to_string((*pipeline)->batch_size()) : pipeline.error().message();
  };
  EXPECT_EQ(batch_of(""), "8");
  EXPECT_EQ(batch_of(R"(, "batch_size": 1)"), "1");
  EXPECT_EQ(batch_of(R"(, "batch_size": 16)"), "16");
  files["net.json"] = Replace(files["net.json"], "[-1, 3, 8, 8]", "[1, 3, 8, 8]");
  EXPECT_EQ(batch_of(R"(, "batch_size": 1)"), "1");
  EXPECT_THAT(batch_of(R"(, "batch_size": 2)"),
              HasSubstr("net 'net': batch_size of the Inference node: 2 items"));
}

}  // namespace
}  // namespace mmdeploy
