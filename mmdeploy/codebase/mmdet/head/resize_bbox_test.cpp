#include <gmock/gmock.h>

#include <limits>

#include "mmdeploy/codebase/head.h"
#include "mmdeploy/task/detector/result.h"

namespace mmdeploy {
namespace {

using ::testing::HasSubstr;

Result<std::unique_ptr<Module>> Make(const Json& params,
                                     std::optional<std::vector<StaticTensor>> known = {}) {
  static Json json;  // readers keep references
  json = {{"component", "ResizeBBox"}, {"params", params}};
  JsonReader args(json, JsonPath("t"), nullptr);
  PipelineOptions options;
  ModuleEnv env;
  env.options = &options;
  env.inputs.resize(2);
  env.inputs[1].tensors = std::move(known);
  return CreateHead("mmdet", args, env);
}

Tensor Floats(const Shape& shape, const std::vector<float>& values) {
  Tensor tensor = *Tensor::Allocate(DataType::kFloat32, shape);
  std::copy(values.begin(), values.end(), tensor.data<float>());
  return tensor;
}

Tensor Labels(std::vector<int64_t> values) {
  Tensor tensor = *Tensor::Allocate(DataType::kInt64, {1, static_cast<int64_t>(values.size())});
  std::copy(values.begin(), values.end(), tensor.data<int64_t>());
  return tensor;
}

ImageMeta Meta(int height, int width, double scale = 1) {
  ImageMeta meta;
  meta.ori_shape = {height, width, 3};
  meta.img_shape = {static_cast<int>(height * scale), static_cast<int>(width * scale), 3};
  meta.scale_factor = {{scale, scale, scale, scale}};
  return meta;
}

Result<std::vector<Detection>> RunHead(const Json& params, NamedTensors outputs, ImageMeta meta) {
  auto head = Make(params);
  if (!head) return MakeError(head.error());
  Sample sample;
  sample.meta = std::move(meta);
  const std::vector<Value> inputs{Value(std::move(sample)), Value(std::move(outputs))};
  auto out = (*head)->Run(inputs, {});
  if (!out) return MakeError(out.error());
  std::vector<Detection> found;
  for (const Value& value : (*out)[0].list()) found.push_back(value.result<Detection>());
  return found;
}

std::string Text(const Result<std::vector<Detection>>& found) {
  if (!found) return found.error().message();
  std::string text;
  for (const Detection& d : *found) {
    text += fmt::format("{}:{}[{} {} {} {}] ", d.label_id, d.score, d.bbox.left, d.bbox.top,
                        d.bbox.right, d.bbox.bottom);
  }
  return text;
}

TEST(ResizeBBox, MapsBoxesToTheImage) {
  const NamedTensors outputs{{"dets", Floats({1, 3, 5}, {2, 4, 8, 10, .5f,      //
                                                         -2, -4, 90, 99, .25f,  //
                                                         0, 0, 4, 4, .125f})},
                             {"labels", Labels({1, 0, 2})}};
  // Corners end at the last pixel; a score of exactly the threshold does not pass.
  EXPECT_EQ(Text(RunHead({{"score_thr", 0.125}}, outputs, Meta(20, 30, 2))),
            "1:0.5[1 2 4 5] 0:0.25[0 0 29 19] ");
  EXPECT_EQ(Text(RunHead({{"score_thr", 0.125}, {"conf_thr", 0.3}}, outputs, Meta(20, 30, 2))),
            "1:0.5[1 2 4 5] ");
  EXPECT_EQ(Text(RunHead({{"min_bbox_size", 3}}, outputs, Meta(20, 30, 2))),
            "1:0.5[1 2 4 5] 0:0.25[0 0 29 19] ");
  EXPECT_EQ(Text(RunHead({{"min_bbox_size", 3.01}}, outputs, Meta(20, 30, 2))),
            "0:0.25[0 0 29 19] ");
}

TEST(ResizeBBox, TakesPaddingOff) {
  const NamedTensors outputs{{"dets", Floats({1, 1, 5}, {12, 24, 20, 30, .5f})},
                             {"labels", Labels({0})}};
  ImageMeta meta = Meta(40, 40, 2);
  meta.pad_param = {4, 2, 0, 0};  // top, left
  EXPECT_EQ(Text(RunHead(Json::object(), outputs, meta)), "0:0.5[5 10 9 13] ");
  meta.border = {1, 3, 0, 0};
  EXPECT_EQ(Text(RunHead(Json::object(), outputs, meta)), "0:0.5[2 9 6 12] ");
}

TEST(ResizeBBox, ReadsWhatNcnnGives) {
  const NamedTensors outputs{
      {"detection_output", Floats({1, 2, 6}, {2, .5f, 0, .25f, .5f, 1, 0, .9f, 0, 0, 1, 1})}};
  // Label 0 is the background.
  EXPECT_EQ(Text(RunHead(Json::object(), outputs, Meta(20, 40, 1))), "1:0.5[0 5 20 19] ");
  // The network's units are those of its padded input.
  ImageMeta meta = Meta(20, 40, 1);
  meta.pad_shape = ImageShape{40, 60, 3};
  EXPECT_EQ(Text(RunHead(Json::object(), outputs, meta)), "1:0.5[0 10 30 19] ");
}

TEST(ResizeBBox, RefusesWhatIsNoLabelInWhatNcnnGives) {
  const auto refusal = [](float label) {
    const Tensor rows = Floats({1, 2, 6}, {1, .5f, 0, 0, 1, 1, label, .9f, 0, 0, 1, 1});
    return Text(RunHead(Json::object(), {{"detection_output", rows}}, Meta(20, 40, 1)));
  };
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  for (const float label : {1.5f, -2.f, 3e9f, -kInfinity, kInfinity}) {
    EXPECT_THAT(refusal(label), HasSubstr("output 'detection_output' holds"));
    EXPECT_THAT(refusal(label), HasSubstr("at element 6, which is no label"));
  }
  EXPECT_THAT(refusal(std::numeric_limits<float>::quiet_NaN()),
              HasSubstr("'detection_output' (float32 1x2x6) holds NaN, first at element 6"));
  // Rows that are none, and the background, are left out.
  EXPECT_EQ(refusal(-1), refusal(0));
}

TEST(ResizeBBox, BoxesWithoutScorePass) {
  const NamedTensors outputs{{"dets", Floats({1, 1, 4}, {0, 0, 4, 4})}, {"labels", Labels({3})}};
  EXPECT_EQ(Text(RunHead({{"score_thr", 0.9}}, outputs, Meta(9, 9))), "3:0[0 0 4 4] ");
}

TEST(ResizeBBox, RowsOfOtherImagesAreLeftOut) {
  const NamedTensors outputs{{"dets", Floats({1, 2, 5}, {0, 0, 4, 4, .5f, 0, 0, 5, 5, .9f})},
                             {"labels", Labels({2, -1})}};
  EXPECT_EQ(Text(RunHead(Json::object(), outputs, Meta(9, 9))), "2:0.5[0 0 4 4] ");
}

TEST(ResizeBBox, NothingIsAnEmptyList) {
  const NamedTensors outputs{{"dets", Floats({1, 0, 5}, {})}, {"labels", Labels({})}};
  EXPECT_EQ(Text(RunHead(Json::object(), outputs, Meta(9, 9))), "");
}

TEST(ResizeBBox, RefusesOtherOutputs) {
  const Tensor dets = Floats({1, 1, 5}, {0, 0, 4, 4, .5f});
  EXPECT_THAT(Text(RunHead({}, {{"dets", dets}}, Meta(9, 9))),
              HasSubstr("the network has no output 'labels', found: 'dets'"));
  EXPECT_THAT(Text(RunHead({}, {{"dets", dets}, {"labels", Labels({1, 2})}}, Meta(9, 9))),
              HasSubstr("output 'labels' holds 2 labels, 'dets' 1 boxes"));
  EXPECT_THAT(Text(RunHead({}, {{"dets", dets}, {"labels", Floats({1, 1}, {.5f})}}, Meta(9, 9))),
              HasSubstr("output 'labels' holds 0.5 at element 0, which is no label"));
  EXPECT_THAT(Text(RunHead({}, {{"dets", Floats({1, 5}, {0, 0, 4, 4, .5f})}}, Meta(9, 9))),
              HasSubstr("expected float32 of 3 or more dimensions"));
}

TEST(ResizeBBox, AMismatchIsFoundWhenTheModelIsLoaded) {
  const std::vector<StaticTensor> right{{"dets", DataType::kFloat32, {1, -1, 5}},
                                        {"labels", DataType::kInt64, {1, -1}}};
  EXPECT_TRUE(Make(Json::object(), right));
  auto wrong = right;
  wrong[1].name = "classes";
  EXPECT_THAT(Make(Json::object(), wrong).error().message(),
              HasSubstr("this component reads the network's output 'labels', found: 'classes', "
                        "'dets'; name the right one in output_map of the Net"));
  wrong = right;
  wrong[1].dtype = DataType::kUint8;
  EXPECT_THAT(Make(Json::object(), wrong).error().message(),
              HasSubstr("'labels' is uint8 1x?, expected float32, int32, int64"));
}

}  // namespace
}  // namespace mmdeploy
