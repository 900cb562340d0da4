#include "mmdeploy/pipeline/pipeline.h"

#include <gmock/gmock.h>

#include <numeric>
#include <thread>

#include "mmdeploy/task/classifier/result.h"
#include "mmdeploy/task/detector/result.h"
#include "tests/support/model_files.h"
#include "tests/support/resident_memory.h"

namespace mmdeploy {
namespace {

using testing::ExampleClassifier;
using ::testing::HasSubstr;
using testing::LoadFiles;
using testing::ModelFiles;
using testing::Replace;
using List = Value::List;

// A BGR picture of one colour that owns its pixels.
Image Colour(int b, int g, int r, int height = 12, int width = 16) {
  auto pixels = std::make_shared<std::vector<uint8_t>>();
  for (int i = 0; i < height * width; ++i) {
    for (const int value : {b, g, r}) pixels->push_back(static_cast<uint8_t>(value));
  }
  Image image;
  image.data = pixels->data();
  image.height = height;
  image.width = width;
  image.owner = pixels;
  return image;
}

Result<std::shared_ptr<const Pipeline>> Load(const ModelFiles& files,
                                             const PipelineOptions& options = {}) {
  auto model = LoadFiles(files);
  if (!model) return MakeError(model.error());
  return Pipeline::Load(*model, options);
}

std::vector<Value> RunAll(const Pipeline& pipeline, std::vector<Value> inputs) {
  auto outputs = pipeline.Run(std::move(inputs));
  EXPECT_TRUE(outputs.has_value()) << outputs.error().message();
  return outputs.value_or(std::vector<Value>());
}

int BestLabel(const Value& labels) { return labels.list().at(0).result<Classification>().label_id; }

// A module made of a function, for graphs that no codebase of today has.
class FunctionModule : public Module {
 public:
  using Function = std::function<Result<Values>(Span<const Value>)>;
  FunctionModule(Signature signature, Function function)
      : signature_(std::move(signature)), function_(std::move(function)) {}
  const Signature& signature() const override { return signature_; }
  Result<Values> Run(Span<const Value> inputs, const RunContext&) const override {
    return function_(inputs);
  }

 private:
  Signature signature_;
  Function function_;
};

ModuleType Row(const std::string& name, Signature signature, FunctionModule::Function function) {
  return {name, [=](JsonReader& args, const ModuleEnv&) -> Result<std::unique_ptr<Module>> {
            MMDEPLOY_TRYV(args.Finish());
            return std::make_unique<FunctionModule>(signature, function);
          }};
}

EdgeType Type(KindSet kinds, int depth = 0) { return EdgeType{kinds, depth, {}}; }

TEST(Pipeline, RunsAPlainGraph) {
  const auto pipeline = Load(ExampleClassifier());
  ASSERT_TRUE(pipeline) << pipeline.error().message();
  const auto out =
      RunAll(**pipeline, {List{Value(Colour(10, 20, 200)), Value(Colour(200, 20, 10))}});
  ASSERT_EQ(out.size(), 1u);
  ASSERT_EQ(out[0].list().size(), 2u);
  EXPECT_EQ(BestLabel(out[0].list()[0]), 0);  // R
  EXPECT_EQ(BestLabel(out[0].list()[1]), 2);  // B
  const auto& best = out[0].list()[0].list()[0].result<Classification>();
  EXPECT_NEAR(best.score, 200 / 255.0, 1e-6);
}

TEST(Pipeline, AnEmptyBatchGivesAnEmptyResult) {
  const auto pipeline = Load(ExampleClassifier());
  EXPECT_TRUE(RunAll(**pipeline, {List{}})[0].list().empty());
}

// detect -> crop -> recognise: each image has its own number of boxes.
TEST(Pipeline, DetectsCropsAndRecognises) {
  PipelineOptions options;
  options.models["classifier"] = *LoadFiles(ExampleClassifier());
  options.extra_modules.push_back(
      Row("Halves",
          {{Type(Kind::kImage)}, {Type(Kind(TypeOf(static_cast<const Detection*>(nullptr))), 1)}},
          [](Span<const Value> in) -> Result<Module::Values> {
            const auto& image = in[0].image();
            const auto w = static_cast<float>(image.width), h = static_cast<float>(image.height);
            List found{Value(Detection{0, 1, {0, 0, w / 2, h}, {}})};
            if (image.width > 8) found.emplace_back(Detection{1, 1, {w / 2, 0, w, h}, {}});
            return Module::Values{Value(std::move(found))};
          }));
  const Json json = Json::parse(R"({"input": "img", "output": ["dets", "labels"], "tasks": [
    {"type": "Task", "module": "Halves", "input": "img", "output": "dets"},
    {"type": "Task", "module": "CropBox", "input": ["img+", "dets*"], "output": "patches*"},
    {"type": "Inference", "input": "patches*", "output": "labels*",
     "params": {"model": "classifier"}}]})");
  const auto pipeline = Pipeline::Compile(json, JsonPath("ocr.json"), nullptr, options);
  ASSERT_TRUE(pipeline) << pipeline.error().message();
  auto two = Colour(200, 0, 0, 8, 16);
  auto* pixels = const_cast<uint8_t*>(two.data);  // left half red, right half blue
  for (int y = 0; y < 8; ++y) {
    for (int x = 0; x < 8; ++x) {
      pixels[(y * 16 + x) * 3] = 0;
      pixels[(y * 16 + x) * 3 + 2] = 200;
    }
  }
  const auto out = RunAll(**pipeline, {List{Value(two), Value(Colour(0, 200, 0, 8, 8))}});
  const List& labels = out[1].list();
  ASSERT_EQ(labels.size(), 2u);
  ASSERT_EQ(labels[0].list().size(), 2u);
  ASSERT_EQ(labels[1].list().size(), 1u);
  EXPECT_EQ(BestLabel(labels[0].list()[0]), 0);
  EXPECT_EQ(BestLabel(labels[0].list()[1]), 2);
  EXPECT_EQ(BestLabel(labels[1].list()[0]), 1);
}

// The documented nodes of 0.7 for the same shape of data.
TEST(Pipeline, FlattensAndUnflattens) {
  PipelineOptions options;
  options.models["classifier"] = *LoadFiles(ExampleClassifier());
  options.inputs = {Type(Kind::kImage, 2)};
  const Json json = Json::parse(R"({"input": "imgs", "output": "labels", "tasks": [
    {"type": "Flatten", "input": "imgs", "output": ["flat", "index"]},
    {"type": "Inference", "input": "flat", "output": "flat_labels",
     "params": {"model": "classifier", "batch_size": 1}},
    {"type": "Unflatten", "input": ["flat_labels", "index"], "output": "labels"}]})");
  const auto pipeline = Pipeline::Compile(json, JsonPath("p.json"), nullptr, options);
  ASSERT_TRUE(pipeline) << pipeline.error().message();
  const auto out =
      RunAll(**pipeline, {List{List{Value(Colour(200, 0, 0))}, List{},
                               List{Value(Colour(0, 200, 0)), Value(Colour(0, 0, 99))}}});
  const List& labels = out[0].list();
  ASSERT_EQ(labels.size(), 3u);
  EXPECT_EQ(BestLabel(labels[0].list()[0]), 2);
  EXPECT_TRUE(labels[1].list().empty());
  EXPECT_EQ(BestLabel(labels[2].list()[0]), 1);
  EXPECT_EQ(BestLabel(labels[2].list()[1]), 0);
}

// A module that counts what it gets: [number of boxes of each list].
ModuleType CountBoxes() {
  return Row("CountBoxes", {{Type(Kind::kImage), Type(Kind::kBox, 1)}, {Type(Kind::kInt)}},
             [](Span<const Value> in) -> Result<Module::Values> {
               return Module::Values{Value(static_cast<int64_t>(in[1].list().size()))};
             });
}

Result<std::shared_ptr<const Pipeline>> CompileTasks(const std::string& inputs,
                                                     const std::string& output,
                                                     const std::string& tasks,
                                                     PipelineOptions options = {}) {
  options.extra_modules.push_back(CountBoxes());
  options.models["classifier"] = *LoadFiles(ExampleClassifier());
  const std::string text =
      fmt::format(R"({{"input": {}, "output": "{}", "tasks": [{}]}})", inputs, output, tasks);
  return Pipeline::FromConfig(Json::parse(text), options);
}

std::vector<std::string> InputTypes(const Result<std::shared_ptr<const Pipeline>>& pipeline) {
  EXPECT_TRUE(pipeline) << pipeline.error().message();
  std::vector<std::string> types;
  for (const EdgeType& type : (*pipeline)->input_types()) types.push_back(Describe(type));
  return types;
}

constexpr char kCrop[] = R"({"type": "Task", "module": "CropBox", "input": ["img+", "boxes*"],
  "output": "patches*"})";
constexpr char kCount[] = R"({"type": "Task", "module": "CountBoxes", "input": ["img", "boxes"],
  "output": "n"})";

TEST(Pipeline, NodesSayHowManyListsAreAroundAnInput) {
  using ::testing::ElementsAre;
  const std::string boxes = "list of list of Box";
  EXPECT_THAT(InputTypes(CompileTasks(R"(["img", "boxes"])", "patches", kCrop))[1],
              ::testing::StartsWith("list of list of"));
  EXPECT_THAT(InputTypes(CompileTasks(R"(["img", "boxes"])", "n", kCount)),
              ElementsAre("list of Image", boxes));
  EXPECT_THAT(InputTypes(CompileTasks(R"(["boxes", "img"])", "n", kCount)),
              ElementsAre(boxes, "list of Image"));
  // Inside of another pipeline, and of two of them.
  std::string nested = kCount;
  for (int depth = 0; depth < 2; ++depth) {
    nested = fmt::format(
        R"({{"type": "Pipeline", "input": ["img", "boxes"], "output": "n", "pipeline":
          {{"input": ["img", "boxes"], "output": "n", "tasks": [{}]}}}})",
        nested);
    EXPECT_THAT(InputTypes(CompileTasks(R"(["img", "boxes"])", "n", nested)),
                ElementsAre("list of Image", boxes));
  }
  EXPECT_THAT(InputTypes(CompileTasks(R"("imgs")", "labels", R"(
    {"type": "Flatten", "input": "imgs", "output": ["flat", "index"]},
    {"type": "Inference", "input": "flat", "output": "flat_labels",
     "params": {"model": "classifier"}},
    {"type": "Unflatten", "input": ["flat_labels", "index"], "output": "labels"})")),
              ElementsAre("list of list of anything"));
  // What nobody reads may be anything.
  EXPECT_THAT(InputTypes(CompileTasks(R"(["img", "boxes", "other"])", "n", kCount))[2],
              "list of anything");
}

TEST(Pipeline, NodesThatReadAnInputAgreeAboutIt) {
  const std::string both = std::string(kCrop) + "," + kCount;
  const auto pipeline = CompileTasks(R"(["img", "boxes"])", "n", both);
  EXPECT_EQ(InputTypes(pipeline)[1], "list of list of Box");
  const std::string flat = std::string(kCount) + R"(, {"type": "Task", "module": "CropBox",
    "input": ["img", "boxes"], "output": "patches"})";
  const auto differing = CompileTasks(R"(["img", "boxes"])", "n", flat);
  ASSERT_FALSE(differing);
  EXPECT_THAT(differing.error().message(),
              HasSubstr("input 0 is list of Image, but input 1 is list of list of Box"));
}

TEST(Pipeline, InputsOfAnotherDepthAreRefusedByName) {
  const auto pipeline = CompileTasks(R"(["img", "boxes"])", "n", kCount);
  ASSERT_TRUE(pipeline) << pipeline.error().message();
  const Value image(Colour(1, 2, 3)), box(Rect{0, 0, 4, 4});
  const auto out = RunAll(**pipeline, {List{image, image}, List{List{box, box, box}, List{}}});
  EXPECT_EQ(out[0].list()[0].integer(), 3);
  EXPECT_EQ(out[0].list()[1].integer(), 0);
  const auto message = [&](std::vector<Value> inputs) {
    const auto done = (*pipeline)->Run(std::move(inputs));
    EXPECT_FALSE(done);
    return done ? "" : done.error().message();
  };
  EXPECT_THAT(message({image, List{List{box}}}),
              HasSubstr("input 'img' of the pipeline is Image, expected list of Image"));
  EXPECT_THAT(message({List{image}, List{box}}),
              HasSubstr("input 'boxes' of the pipeline is a list of 1 Box, expected list of list "
                        "of Box"));
  EXPECT_THAT(message({List{image}, box}), HasSubstr("input 'boxes' of the pipeline is Box"));
  EXPECT_THAT(message({List{List{image}}, List{List{box}}}), HasSubstr("expected Image"));
  EXPECT_THAT(message({List{image}, List{}}), HasSubstr("has 0 elements, input 0 has 1"));
}

// A top-down model: every item is an image with a box of its own.
TEST(Pipeline, TakesABoxPerImage) {
  auto files = ExampleClassifier();
  files["pipeline.json"] =
      Replace(files["pipeline.json"], R"({"type": "Resize", "size": [8, 8], "keep_ratio": false})",
              R"({"type": "TopDownGetBboxCenterScale", "image_size": [8, 8], "padding": 1.0},
                 {"type": "TopDownAffine", "image_size": [8, 8]})");
  const auto pipeline = Load(files);
  ASSERT_TRUE(pipeline) << pipeline.error().message();
  const auto image = Colour(0, 0, 0, 32, 32);
  auto* pixels = const_cast<uint8_t*>(image.data);
  for (int y = 0; y < 32; ++y) {
    for (int x = 0; x < 32; ++x) pixels[(y * 32 + x) * 3 + (x < 16 ? 2 : 0)] = 200;
  }
  Sample left, right;
  left.ori_img = right.ori_img = image;
  left.bbox = Rect{4, 8, 11, 15};
  right.bbox = Rect{20, 8, 27, 15};
  const auto out = RunAll(**pipeline, {List{Value(left), Value(right)}});
  EXPECT_EQ(BestLabel(out[0].list()[0]), 0);
  EXPECT_EQ(BestLabel(out[0].list()[1]), 2);
}

// A point cloud goes in; what comes out is a tensor for a network.
TEST(Pipeline, TakesPoints) {
  PipelineOptions options;
  options.extra_modules.push_back(
      Row("Voxelize", {{Type(Kind::kPoints)}, {Type(Kind::kTensors)}},
          [](Span<const Value> in) -> Result<Module::Values> {
            MMDEPLOY_TRY(auto voxels, Tensor::Allocate(DataType::kFloat32, {1, 3, 8, 8}));
            std::fill_n(voxels.data<float>(), 3 * 64, 0.f);
            for (const Point& p : in[0].points()) {
              voxels.data<float>()[64 + static_cast<int>(p.y) * 8 + static_cast<int>(p.x)] += 1;
            }
            return Module::Values{Value(NamedTensors{{"voxels", voxels}})};
          }));
  auto files = ExampleClassifier();
  files["pipeline.json"] = R"({"pipeline": {"input": "points", "output": "labels", "tasks": [
    {"type": "Task", "module": "Voxelize", "input": "points", "output": "voxels"},
    {"type": "Task", "module": "Net", "name": "net", "input": "voxels", "output": "scores",
     "input_map": {"voxels": "input"}},
    {"type": "Task", "module": "mmcls", "component": "LinearClsHead", "input": "scores",
     "output": "labels"}]}})";
  const auto pipeline = Load(files, options);
  ASSERT_TRUE(pipeline) << pipeline.error().message();
  const auto out = RunAll(**pipeline, {List{Value(Value::Points{{1, 2}, {3, 4}})}});
  EXPECT_EQ(BestLabel(out[0].list()[0]), 1);
  const auto wrong = (*pipeline)->Run({List{Value(Colour(1, 2, 3))}});
  ASSERT_FALSE(wrong);
  EXPECT_THAT(wrong.error().message(), HasSubstr("input 0 is Image, expected Points"));
}

struct Counter : State {
  int frames = 0;
};

// A tracker: the state is an argument, one per stream.
TEST(Pipeline, TakesStateExplicitly) {
  PipelineOptions options;
  options.extra_modules.push_back(
      Row("Count", {{Type(Kind::kImage), Type(Kind::kState)}, {Type(Kind::kInt)}},
          [](Span<const Value> in) -> Result<Module::Values> {
            auto& counter = static_cast<Counter&>(*in[1].state());
            return Module::Values{Value(int64_t{++counter.frames})};
          }));
  const Json json = Json::parse(R"({"input": ["img", "state"], "output": "id", "tasks": [
    {"type": "Task", "module": "Count", "input": ["img", "state"], "output": "id"}]})");
  const auto pipeline = Pipeline::Compile(json, JsonPath("track.json"), nullptr, options);
  ASSERT_TRUE(pipeline) << pipeline.error().message();
  const std::shared_ptr<State> a = std::make_shared<Counter>(), b = std::make_shared<Counter>();
  const List frames{Value(Colour(1, 1, 1)), Value(Colour(2, 2, 2))};
  RunAll(**pipeline, {frames, List{Value(a), Value(b)}});
  const auto out = RunAll(**pipeline, {List{frames[0]}, List{Value(a)}});
  EXPECT_EQ(out[0].list()[0].integer(), 2);
  EXPECT_EQ(static_cast<Counter&>(*b).frames, 1);
}

TEST(Pipeline, RunsTenCrop) {
  auto files = ExampleClassifier();
  files["pipeline.json"] = Replace(
      Replace(files["pipeline.json"], R"({"type": "Resize", "size": [8, 8], "keep_ratio": false})",
              R"({"type": "TenCrop", "crop_size": 8})"),
      R"({"type": "ImageToTensor", "keys": ["img"]})",
      R"({"type": "FormatShape", "input_format": "NCHW"})");
  files["net.json"] = R"({"inputs": [{"name": "input", "shape": [1, 10, 3, 8, 8]}],
    "outputs": [{"name": "output", "shape": [1, 10, 3, 8, 8]}],
    "ops": [{"op": "identity", "input": "input", "output": "output"}]})";
  Json json = Json::parse(files["pipeline.json"]);
  json["pipeline"]["tasks"].erase(2);
  json["pipeline"]["output"] = "infer_output";
  files["pipeline.json"] = json.dump();
  const auto pipeline = Load(files);
  ASSERT_TRUE(pipeline) << pipeline.error().message();
  const auto out = RunAll(**pipeline, {List{Value(Colour(0, 51, 255, 16, 24))}});
  ASSERT_EQ(out[0].list().size(), 1u);
  const Tensor* crops = Find(out[0].list()[0].tensors(), "output");
  ASSERT_NE(crops, nullptr);
  EXPECT_EQ(Name(crops->shape()), "1x10x3x8x8");
  EXPECT_FLOAT_EQ(crops->data<float>()[0], 1.0f);   // R
  EXPECT_FLOAT_EQ(crops->data<float>()[64], 0.2f);  // G
}

TEST(Pipeline, RunsABodyOnlyWhereThePredicateIsTrue) {
  PipelineOptions options;
  options.inputs = {Type(Kind::kBool, 1), Type(Kind::kImage, 1)};
  options.models["classifier"] = *LoadFiles(ExampleClassifier());
  const Json json = Json::parse(R"({"input": ["use", "img"], "output": "labels", "tasks": [
    {"type": "Cond", "input": ["use", "img"], "output": "labels",
     "body": {"type": "Inference", "params": {"model": "classifier"}}}]})");
  const auto pipeline = Pipeline::Compile(json, JsonPath("c.json"), nullptr, options);
  ASSERT_TRUE(pipeline) << pipeline.error().message();
  const auto out = RunAll(**pipeline, {List{Value(false), Value(true)},
                                       List{Value(Colour(0, 0, 9)), Value(Colour(0, 9, 0))}});
  EXPECT_EQ(out[0].list()[0].kind(), Kind::kNull);
  EXPECT_EQ(BestLabel(out[0].list()[1]), 1);
}

TEST(Pipeline, ConcurrentCallsOnOneHandleEqualSingleCalls) {
  const auto pipeline = *Load(ExampleClassifier());
  constexpr int kImages = 24, kThreads = 4;
  std::vector<Value> images;
  std::vector<float> expected;
  for (int i = 0; i < kImages; ++i) {
    images.emplace_back(Colour(i * 7 % 256, i * 31 % 256, i * 11 % 256, 9 + i, 40 - i));
    expected.push_back(RunAll(*pipeline, {List{images.back()}})[0]
                           .list()[0]
                           .list()[0]
                           .result<Classification>()
                           .score);
  }
  const auto batch = RunAll(*pipeline, {List(images)});
  for (size_t i = 0; i < kImages; ++i) {
    EXPECT_EQ(batch[0].list()[i].list()[0].result<Classification>().score, expected[i]);
  }
  std::vector<std::thread> threads;
  std::vector<int> wrong(kThreads);
  for (size_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (size_t i = 0; i < kImages; ++i) {
        const auto out = pipeline->Run({List{images[i]}});
        wrong[t] +=
            !out || (*out)[0].list()[0].list()[0].result<Classification>().score != expected[i];
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(std::accumulate(wrong.begin(), wrong.end(), 0), 0);
}

TEST(Pipeline, StacksUpToBatchSize) {
  auto files = ExampleClassifier();
  files["deploy.json"] = Replace(files["deploy.json"], R"("batch_size": 1)", R"("batch_size": 2)");
  const auto pipeline = Load(files);
  ASSERT_TRUE(pipeline) << pipeline.error().message();
  const auto out = RunAll(
      **pipeline, {List{Value(Colour(9, 0, 0)), Value(Colour(0, 9, 0)), Value(Colour(0, 0, 9))}});
  EXPECT_EQ(BestLabel(out[0].list()[0]), 2);
  EXPECT_EQ(BestLabel(out[0].list()[1]), 1);
  EXPECT_EQ(BestLabel(out[0].list()[2]), 0);
}

// Of [T,N,C] the first axis is as long as a batch of T items, but is none.
TEST(Pipeline, RefusesToSplitAnAxisThatIsNotTheBatch) {
  auto files = ExampleClassifier();
  files["deploy.json"] = Replace(files["deploy.json"], R"("batch_size": 1)", R"("batch_size": 2)");
  files["net.json"] = R"({
    "inputs": [{"name": "input", "shape": [-1, 3, 8, 8]}],
    "outputs": [{"name": "output", "shape": [-1, 3]}],
    "ops": [{"op": "constant", "output": "output", "shape": [2, 3],
             "values": [1, 2, 3, 4, 5, 6]}]})";
  const auto pipeline = Load(files);
  ASSERT_TRUE(pipeline) << pipeline.error().message();
  const auto out = (*pipeline)->Run({Value(List{Value(Colour(9, 0, 0)), Value(Colour(0, 9, 0))})});
  ASSERT_FALSE(out);
  EXPECT_THAT(
      out.error().message(),
      ::testing::HasSubstr("has shape 2x3 for a batch of 1; set batch_size of the network"));
}

TEST(Pipeline, MemoryStaysFlat) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "sanitizers keep freed memory";
#endif
  const auto pipeline = *Load(ExampleClassifier());
  const Value image(Colour(1, 2, 3, 40, 40));
  const auto call = [&](int count) {
    for (int i = 0; i < count; ++i) ASSERT_TRUE(pipeline->Run({Value(List{image})}));
  };
  call(10000);
  const int64_t before = testing::ResidentBytes();
  call(100000);
  EXPECT_LE(testing::ResidentBytes() - before, int64_t{1} << 20);
}

// Each damaged model is refused when it is loaded, with the place and what is allowed.
struct BadModel {
  const char* name;
  const char* file;
  const char* from;
  const char* to;
  std::vector<std::string> says;
};

class LoadErrors : public ::testing::TestWithParam<BadModel> {};

TEST_P(LoadErrors, NameThePlace) {
  const BadModel& bad = GetParam();
  auto files = ExampleClassifier();
  files[bad.file] = Replace(files[bad.file], bad.from, bad.to);
  const auto pipeline = Load(files);
  ASSERT_FALSE(pipeline);
  for (const auto& text : bad.says) EXPECT_THAT(pipeline.error().message(), HasSubstr(text));
}

const char* const kTasks = "pipeline.json:/pipeline/tasks/";

INSTANTIATE_TEST_SUITE_P(
    All, LoadErrors,
    ::testing::ValuesIn(std::vector<BadModel>{
        {"transform",
         "pipeline.json",
         "\"Resize\"",
         "\"Resise\"",
         {"tasks/0/transforms/1/type: unknown transform 'Resise', known: ",
          "did you mean 'Resize'?"}},
        {"module",
         "pipeline.json",
         "\"mmcls\"",
         "\"mmclas\"",
         {std::string(kTasks) + "2/module: unknown module 'mmclas'", "did you mean 'mmcls'?"}},
        {"component",
         "pipeline.json",
         "\"LinearClsHead\"",
         "\"LinearHead\"",
         {std::string(kTasks) + "2/component: unknown component 'LinearHead' of mmcls",
          "'MultiLabelLinearClsHead'"}},
        {"node_type",
         "pipeline.json",
         "\"type\": \"Task\", \"module\": \"Net\"",
         "\"type\": \"Tusk\", \"module\": \"Net\"",
         {"1/type: unknown node type 'Tusk', known: 'Cond', 'Flatten', 'Inference'",
          "did you mean 'Task'?"}},
        {"backend",
         "deploy.json",
         "\"example\"",
         "\"exmple\"",
         {"unknown backend 'exmple'", "did you mean 'example'?"}},
        {"near_miss",
         "pipeline.json",
         "\"keep_ratio\"",
         "\"keep_ration\"",
         {"tasks/0/transforms/1/keep_ration: unknown key, did you mean 'keep_ratio'?"}},
        {"wrong_type",
         "pipeline.json",
         "\"topk\": 2",
         "\"topk\": \"2\"",
         {"tasks/2/params/topk: expected an integer, found string \"2\""}},
        {"wrong_range",
         "pipeline.json",
         "\"topk\": 2",
         "\"topk\": 0",
         {"tasks/2/params/topk: found 0, allowed: 1 to"}},
        {"undefined_name",
         "pipeline.json",
         "\"input\": [\"infer_output\"]",
         "\"input\": [\"infer_ouput\"]",
         {"tasks/2/input: no value named 'infer_ouput' before this node",
          "did you mean 'infer_output'?"}},
        {"duplicate_name",
         "pipeline.json",
         "\"output\": [\"infer_output\"]",
         "\"output\": [\"prep_output\"]",
         {"tasks/1/output: a second value named 'prep_output'"}},
        {"missing_output",
         "pipeline.json",
         "\"output\": [\"post_output\"], \"tasks\"",
         "\"output\": [\"result\"], \"tasks\"",
         {"/output: no value named 'result'"}},
        {"input_map",
         "pipeline.json",
         "{\"img\": \"input\"}",
         "{\"img\": \"imput\"}",
         {"tasks/1/input_map/img: the network has no input 'imput'", "did you mean 'input'?"}},
        {"missing_model_input",
         "pipeline.json",
         "{\"img\": \"input\"}",
         "{\"image\": \"input\"}",
         {"the network's input 'input' takes 'image', which preprocessing does not make",
          "it makes: 'img'"}},
        {"impossible_shape",
         "pipeline.json",
         "\"size\": [8, 8]",
         "\"size\": [8, 9]",
         {"what preprocessing makes does not fit the network",
          "input 'input' has shape 1x3x8x9, the network takes float32 ?x3x8x8"}},
        {"missing_file",
         "deploy.json",
         "\"net.json\"",
         "\"other.json\"",
         {"no file 'other.json' in the archive"}},
        {"net_name",
         "pipeline.json",
         "\"name\": \"net\"",
         "\"name\": \"nett\"",
         {"tasks/1/name: deploy.json:/models: no model named 'nett'", "did you mean 'net'?"}},
        {"kinds",
         "pipeline.json",
         "\"input\": [\"infer_output\"],\n         \"output\": [\"post_output\"]",
         "\"input\": [\"img\", \"prep_output\"],\n         \"output\": [\"post_output\"]",
         {"(mmcls LinearClsHead 'postprocess'): input 1 is Sample, expected Tensors"}},
        {"throttle",
         "pipeline.json",
         "\"name\": \"net\"",
         "\"throttle\": 2, \"name\": \"net\"",
         {"tasks/1/throttle: limiting the flow is not supported, expected 0"}},
    }),
    [](const auto& info) { return info.param.name; });

TEST(Pipeline, ListsUnknownKeysAndRefusesThemWhenStrict) {
  auto files = ExampleClassifier();
  files["pipeline.json"] =
      Replace(files["pipeline.json"], "\"input_map\"", "\"colour\": 3, \"input_map\"");
  const auto pipeline = Load(files);
  ASSERT_TRUE(pipeline) << pipeline.error().message();
  EXPECT_EQ((*pipeline)->notes().unknown_keys,
            std::vector<std::string>{"pipeline.json:/pipeline/tasks/1/colour"});
  const auto strict = Pipeline::Load(*LoadFiles(files, true));
  ASSERT_FALSE(strict);
  EXPECT_THAT(strict.error().message(), HasSubstr("tasks/1/colour: unknown key"));
}

TEST(Pipeline, RefusesBadImagesAndSaysWhichOne) {
  const auto pipeline = *Load(ExampleClassifier());
  Image empty = Colour(1, 2, 3);
  empty.height = 0;
  const auto out = pipeline->Run({List{Value(Colour(1, 2, 3)), Value(empty)}});
  ASSERT_FALSE(out);
  EXPECT_THAT(out.error().message(),
              HasSubstr("(Transform 'Preprocess'): item 2 of 2: image is empty"));
}

TEST(Pipeline, ReportsNanInTheOutput) {
  auto files = ExampleClassifier();
  files["pipeline.json"] = Replace(files["pipeline.json"], "[255, 255, 255]", "[255, 255, 1e-45]");
  // x / 1e-45 overflows to infinity, and infinity times the weight 0 is NaN.
  const auto pipeline = Load(files);
  if (!pipeline) {  // refusing such a std when it is loaded is as good
    EXPECT_THAT(pipeline.error().message(), HasSubstr("std"));
    return;
  }
  const auto out = (*pipeline)->Run({List{Value(Colour(1, 2, 3))}});
  ASSERT_FALSE(out);
  EXPECT_THAT(out.error().message(), HasSubstr("output 'output' (float32 1x3) holds NaN"));
}

}  // namespace
}  // namespace mmdeploy
