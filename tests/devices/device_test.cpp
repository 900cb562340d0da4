// Whole pipelines whose network, or whose images, lie in memory that the host cannot touch.
#include <sys/wait.h>

#include <gmock/gmock.h>

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "mmdeploy/backend/registry.h"
#include "mmdeploy/backend/session.h"
#include "mmdeploy/base/device_memory.h"
#include "mmdeploy/base/dynamic_library.h"
#include "mmdeploy/pipeline/load_net.h"
#include "mmdeploy/pipeline/pipeline.h"
#include "mmdeploy/task/json.h"
#include "mmdeploy/task/restorer/result.h"
#include "tests/support/model_files.h"

namespace mmdeploy {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using testing::ExampleClassifier;
using ::testing::HasSubstr;
using testing::LoadFiles;
using testing::ModelFiles;
using testing::Replace;
using List = Value::List;

constexpr Device kFirst{DeviceType::kCuda, 0}, kSecond{DeviceType::kCuda, 1};

// Replaces in deploy.json the engine and what it is told.
ModelFiles OnDevice(ModelFiles files, const std::string& options) {
  files["deploy.json"] =
      Replace(files["deploy.json"], R"("backend": "example")",
              R"("backend": "fake_device", "engine_options": {)" + options + "}");
  return files;
}

ModelFiles InBatches(ModelFiles files, int batch_size) {
  files["deploy.json"] = Replace(files["deploy.json"], R"("batch_size": 1)",
                                 fmt::format(R"("batch_size": {})", batch_size));
  return files;
}

ModelFiles GoldenModel(const std::string& task) {
  ModelFiles files;
  const fs::path folder = fs::path("mmdeploy/task") / task / "golden/model";
  for (const auto& entry : fs::directory_iterator(folder)) {
    const auto content = ReadFile(entry.path().string());
    files[entry.path().filename().string()] = std::string(AsText(*content));
  }
  return files;
}

class Devices : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    ::setenv("MMDEPLOY_ENGINE_PATH", MMDEPLOY_FAKE_DEVICE, 1);
    const auto engine = FindEngine("fake_device");
    ASSERT_TRUE(engine) << engine.error().message();
  }
  void TearDown() override { Limit(); }

  template <class Function>
  static Function Find(const char* name) {
    const auto library = DynamicLibrary::Open(MMDEPLOY_FAKE_DEVICE "/libmmdeploy_fake_device.so");
    return *library->Find<Function>(name);
  }
  // Lets allocations or copies fail; without arguments, none.
  static void Limit(size_t capacity = size_t{1} << 30, int copies = -1) {
    Find<void (*)(size_t, int)>("fake_device_limit")(capacity, copies);
  }
  static size_t UsedBytes() { return Find<size_t (*)()>("fake_device_used_bytes")(); }
  static int NumCopies() { return Find<int (*)()>("fake_device_num_copies")(); }
};

Result<std::shared_ptr<const Pipeline>> Load(const ModelFiles& files, const Device& device,
                                             PipelineOptions options = {}) {
  options.net.device = device;
  MMDEPLOY_TRY(auto model, LoadFiles(files));
  return Pipeline::Load(std::move(model), options);
}

// A picture that owns its pixels, with rows that are longer than they need be.
Image Picture(int height, int width, int step, PixelFormat format = PixelFormat::kBgr) {
  Image image;
  image.height = height;
  image.width = width;
  image.format = format;
  image.row_stride = image.tight_row_bytes() + 5;
  auto pixels = std::make_shared<std::vector<uint8_t>>();
  const auto bytes = image.num_rows() * image.row_stride;
  for (int64_t i = 0; i < bytes; ++i) pixels->push_back(static_cast<uint8_t>(i * step));
  image.data = pixels->data();
  image.owner = pixels;
  return image;
}

Image Moved(const Image& image, const Device& device) {
  auto moved = ToDevice(image, device);
  EXPECT_TRUE(moved) << moved.error().message();
  return moved.value_or(Image());
}

Tensor Counting(const Shape& shape) {
  Tensor tensor = *Tensor::Allocate(DataType::kFloat32, shape);
  for (int64_t i = 0; i < tensor.num_elements(); ++i) {
    tensor.data<float>()[i] = static_cast<float>(i);
  }
  return tensor;
}

std::vector<float> Elements(const Tensor& tensor) {
  const auto host = ToDevice(tensor, Device());
  EXPECT_TRUE(host) << host.error().message();
  return {host->data<float>(), host->data<float>() + host->num_elements()};
}

std::vector<std::string> StepNames(const Pipeline& pipeline) {
  std::vector<std::string> names;
  for (const Step& step : pipeline.steps()) names.push_back(step.name);
  return names;
}

// What a pipeline makes of one input, as text, or the message of its error.
std::string Outcome(const Pipeline& pipeline, const Value& input) {
  const auto outputs = pipeline.Run({input});
  if (!outputs) return outputs.error().message();
  std::string text;
  for (const Value& output : *outputs) text += ToJson(output).dump() + "\n";
  return text;
}

using DevicesDeathTest = Devices;

TEST_F(DevicesDeathTest, TheHostCannotTouchTheMemoryOfTheFakeDevice) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const Tensor tensor = *Tensor::Allocate(DataType::kFloat32, {4}, kFirst);
  // A sanitizer takes the signal and ends the process in its own way.
  const auto killed = [](int status) {
    return ::testing::KilledBySignal(SIGSEGV)(status) ||
           (WIFEXITED(status) && WEXITSTATUS(status) > 1);
  };
  EXPECT_EXIT(std::exit(tensor.data<float>()[0] > 0), killed, "");
  EXPECT_EXIT(tensor.data<float>()[0] = 1, killed, "");
}

TEST_F(Devices, TensorsAreCopiedInAllDirections) {
  const Tensor host = Counting({3, 2});
  const auto first = ToDevice(host, kFirst);
  ASSERT_TRUE(first) << first.error().message();
  EXPECT_EQ(Describe(*first), "float32 3x2 on cuda:0");
  EXPECT_EQ(ToDevice(*first, kFirst)->raw(), first->raw());
  EXPECT_EQ(Elements(*ToDevice(*first, kSecond)), Elements(host));
  const Tensor within = *Tensor::Allocate(DataType::kFloat32, {1, 2}, kFirst);
  ASSERT_TRUE(StartCopy(first->Slice(2), within));
  EXPECT_THAT(Elements(within), ElementsAre(4, 5));
  EXPECT_EQ(StartCopy(*first, within).error().message(),
            "float32 3x2 on cuda:0 does not fit into float32 1x2 on cuda:0");
  EXPECT_TRUE(ToDevice(Tensor(), kFirst)->empty());
}

TEST_F(Devices, MemoryIsGivenBack) {
  const size_t before = UsedBytes();
  {
    const auto kept = ToDevice(Counting({1000}), kFirst);
    EXPECT_GE(UsedBytes(), before + 4000);
  }
  EXPECT_EQ(UsedBytes(), before);
}

TEST_F(Devices, ImagesAreCopiedWithTheirRows) {
  for (const auto format : {PixelFormat::kBgr, PixelFormat::kNv12, PixelFormat::kGray}) {
    Image image = Picture(4, 6, 7, format);
    const Image back = Moved(Moved(image, kFirst), Device());
    EXPECT_EQ(back.stride(), image.stride());
    for (int y = 0; y < image.num_rows(); ++y) {
      EXPECT_EQ(std::memcmp(back.data + y * back.stride(), image.data + y * image.stride(),
                            static_cast<size_t>(image.tight_row_bytes())),
                0);
    }
  }
}

TEST_F(Devices, ErrorsNameDevicesAndReason) {
  const auto message = [](const Result<Tensor>& result) {
    return result ? "accepted" : result.error().message();
  };
  const Tensor host = Counting({3, 2});
  EXPECT_EQ(message(ToDevice(host, {DeviceType::kCuda, 7})),
            "there is no device cuda:7, found: 2 devices");
  const Tensor first = *ToDevice(host, kFirst);
  Limit(8192);
  const auto full = Tensor::Allocate(DataType::kFloat32, {100, 100}, kFirst);
  EXPECT_EQ(message(full), "device cuda:0 has no 40000 bytes left");
  EXPECT_EQ(full.error().code(), Code::kOutOfMemory);
  Limit(1 << 20, 0);
  EXPECT_EQ(message(ToDevice(host, kFirst)),
            "cannot copy 24 bytes from cpu to cuda:0: the device does not answer");
  EXPECT_EQ(message(ToDevice(first, Device())),
            "cannot copy 24 bytes from cuda:0 to cpu: the device does not answer");
  EXPECT_THAT(message(Tensor::Allocate(DataType::kFloat32, {-1}, kFirst)), HasSubstr("valid size"));
}

TEST_F(Devices, ASessionRefusesWhatLiesElsewhere) {
  const auto model = LoadFiles(OnDevice(ExampleClassifier(), ""));
  NetOptions options;
  options.device = kFirst;
  const auto net = LoadNet(**model, (*model)->deploy().models[0], options);
  ASSERT_TRUE(net) << net.error().message();
  const Session session(*net, "net 'n'");
  const std::vector<Tensor> host{Counting({1, 3, 8, 8})};
  EXPECT_EQ(session.Run(host).error().message(),
            "net 'n': input 'input' lies on cpu, the network takes it from cuda:0");
  const std::vector<Tensor> moved{*ToDevice(host[0], kFirst)};
  const auto outputs = session.Run(moved);
  ASSERT_TRUE(outputs) << outputs.error().message();
  EXPECT_EQ((*outputs)[0].device(), kFirst);
  EXPECT_THAT(Elements((*outputs)[0]), ElementsAre(31.5, 95.5, 159.5));
}

TEST_F(Devices, AnEngineWhoseOutputsLieElsewhereThanItSaysIsAnError) {
  const auto pipeline = Load(OnDevice(ExampleClassifier(), R"("claims": "host")"), kFirst);
  ASSERT_TRUE(pipeline) << pipeline.error().message();
  EXPECT_THAT(Outcome(**pipeline, List{Value(Picture(9, 9, 3))}),
              HasSubstr("output 'output' lies on cuda:0, the engine had said cpu"));
}

TEST_F(Devices, TheCompilerPlacesCopiesWhereTheyAreNeeded) {
  const auto steps = [](const std::string& options) {
    const auto pipeline = Load(OnDevice(ExampleClassifier(), options), kFirst);
    return pipeline ? StepNames(**pipeline) : std::vector{pipeline.error().message()};
  };
  const std::string to = "prep_output on cuda:0 ('img')", from = "infer_output on cpu";
  EXPECT_THAT(steps(""), ElementsAre("Preprocess", to, "net", from, "postprocess"));
  EXPECT_THAT(steps(R"("inputs": "host")"), ElementsAre("Preprocess", "net", from, "postprocess"));
  EXPECT_THAT(steps(R"("outputs": "host")"), ElementsAre("Preprocess", to, "net", "postprocess"));
  EXPECT_THAT(steps(R"("inputs": "host", "outputs": "host")"),
              ElementsAre("Preprocess", "net", "postprocess"));
}

TEST_F(Devices, AValueIsCopiedOnceForSeveralReaders) {
  auto files = OnDevice(ExampleClassifier(), "");
  Json json = Json::parse(files["pipeline.json"]);
  Json& tasks = json["pipeline"]["tasks"];
  tasks.push_back(tasks[2]);
  tasks.back()["output"] = {"second"};
  json["pipeline"]["output"] = {"post_output", "second", "infer_output"};
  files["pipeline.json"] = json.dump();
  const auto pipeline = Load(files, kFirst);
  ASSERT_TRUE(pipeline) << pipeline.error().message();
  EXPECT_EQ((*pipeline)->steps().size(), 6u);
  // Tensors that leave the pipeline lie in host memory.
  const auto outputs = (*pipeline)->Run({List{Value(Picture(9, 9, 3))}});
  ASSERT_TRUE(outputs) << outputs.error().message();
  const auto& tensors = (*outputs)[2].list()[0].tensors();
  EXPECT_EQ(tensors[0].second.device(), Device());
  EXPECT_GT(tensors[0].second.data<float>()[0], 0);
}

// A pipeline of every task, with the network's inputs, outputs or both on the device, images there
// or not, one by one and in batches, gives what it gives on the host.
class TasksOnDevices : public Devices, public ::testing::WithParamInterface<const char*> {};

List Inputs(bool takes_boxes, const Device& device) {
  List inputs;
  for (int i = 0; i < 5; ++i) {
    const Image image = Moved(Picture(20 + i % 2 * 11, 24, 3 + i), device);
    if (takes_boxes) {
      Sample sample;
      sample.ori_img = image;
      sample.bbox = Rect{1, 2, 15, 17};
      inputs.emplace_back(std::move(sample));
    } else {
      inputs.emplace_back(image);
    }
  }
  return inputs;
}

TEST_P(TasksOnDevices, GiveWhatTheyGiveOnTheHost) {
  const bool is_classifier = GetParam() == std::string("classifier");
  const bool takes_boxes = GetParam() == std::string("pose_detector");
  for (const int batch_size : {1, 3}) {
    // The other networks give the same whatever they see, one result for a batch.
    if (batch_size > 1 && !is_classifier) continue;
    const auto files = InBatches(GoldenModel(GetParam()), batch_size);
    const auto host = Load(files, Device());
    ASSERT_TRUE(host) << host.error().message();
    const std::string expected = Outcome(**host, Inputs(takes_boxes, Device()));
    ASSERT_EQ(expected.front(), '[') << expected;
    for (const char* options : {"", R"("inputs": "host")", R"("outputs": "host")",
                                R"("inputs": "host", "outputs": "host")"}) {
      const auto pipeline = Load(OnDevice(files, options), kSecond);
      ASSERT_TRUE(pipeline) << pipeline.error().message();
      for (const Device& images : {Device(), kFirst, kSecond}) {
        EXPECT_TRUE(Outcome(**pipeline, Inputs(takes_boxes, images)) == expected)
            << options << " batch " << batch_size << ", images on " << Name(images) << "\n"
            << Outcome(**pipeline, Inputs(takes_boxes, images)).substr(0, 500);
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, TasksOnDevices,
                         ::testing::Values("classifier", "detector", "pose_detector", "restorer",
                                           "rotated_detector", "segmentor", "text_detector",
                                           "text_recognizer"),
                         [](const auto& info) { return std::string(info.param); });

TEST_F(Devices, ImagesComeToTheHostOnlyIfTheyLieElsewhere) {
  const auto pipeline = Load(ExampleClassifier(), Device());
  ASSERT_TRUE(pipeline) << pipeline.error().message();
  const Image image = Picture(9, 9, 3);
  const Image moved = Moved(image, kFirst);
  const int before = NumCopies();
  const std::string expected = Outcome(**pipeline, List{Value(image)});
  EXPECT_EQ(NumCopies(), before);
  EXPECT_EQ(Outcome(**pipeline, List{Value(moved)}), expected);
  EXPECT_EQ(NumCopies(), before + 1);
}

// Boxes, crops and a network per crop; the outer pipeline hands on what lies on a device.
TEST_F(Devices, NestedPipelinesBringWhatTheyNeed) {
  const auto run = [](const ModelFiles& classifier, const Device& device, const Image& image) {
    PipelineOptions options;
    options.models["classifier"] = *LoadFiles(classifier);
    options.net.device = device;
    const Json json = Json::parse(R"({"input": ["img", "boxes"], "output": ["labels"], "tasks": [
      {"type": "Task", "module": "CropBox", "input": ["img+", "boxes*"], "output": "patches*"},
      {"type": "Flatten", "input": "patches", "output": ["flat", "index"]},
      {"type": "Inference", "input": "flat", "output": "flat_labels",
       "params": {"model": "classifier"}},
      {"type": "Unflatten", "input": ["flat_labels", "index"], "output": "labels"}]})");
    EdgeType boxes{Kind::kBox, 2, {}};
    options.inputs = {EdgeType{Kind::kImage, 1, {}}, boxes};
    const auto pipeline = Pipeline::Compile(json, JsonPath("ocr.json"), nullptr, options);
    if (!pipeline) return pipeline.error().message();
    const List rects{Value(Rect{0, 0, 5, 5}), Value(Rect{3, 3, 9, 9})};
    const auto outputs = (*pipeline)->Run({List{Value(image)}, List{Value(rects)}});
    return outputs ? ToJson((*outputs)[0]).dump() : outputs.error().message();
  };
  const Image image = Picture(9, 9, 3);
  const auto expected = run(ExampleClassifier(), Device(), image);
  ASSERT_EQ(expected.front(), '[') << expected;
  EXPECT_EQ(run(OnDevice(ExampleClassifier(), ""), kFirst, Moved(image, kSecond)), expected);
}

// A head that reads device memory is given it, and its results come to the host.
class Keeper : public Module {
 public:
  explicit Keeper(const Device& device) {
    signature_.inputs = {EdgeType{Kind::kTensors, 0, {}, device}};
    signature_.outputs = {
        EdgeType{Kind(TypeOf(static_cast<const Restoration*>(nullptr))), 0, {}, device}};
  }
  const Signature& signature() const override { return signature_; }
  Result<Values> Run(Span<const Value> inputs, const RunContext&) const override {
    const Tensor& tensor = inputs[0].tensors()[0].second;
    Restoration result;
    result.image.data = tensor.data<uint8_t>();
    result.image.height = 1;
    result.image.width = static_cast<int>(tensor.num_elements());
    result.image.format = PixelFormat::kGray;
    result.image.dtype = DataType::kFloat32;
    result.image.device = tensor.device();
    result.image.owner = tensor.owner();
    return Values{Value(std::move(result))};
  }

 private:
  Signature signature_;
};

TEST_F(Devices, AHeadThatTakesDeviceMemoryIsGivenIt) {
  auto files = OnDevice(ExampleClassifier(), "");
  Json json = Json::parse(files["pipeline.json"]);
  json["pipeline"]["tasks"][2]["module"] = "Keeper";
  files["pipeline.json"] = json.dump();
  PipelineOptions options;
  options.extra_modules.push_back(
      {"Keeper", [](JsonReader& args, const ModuleEnv&) -> Result<std::unique_ptr<Module>> {
         args.Ignore({"component", "params"});
         MMDEPLOY_TRYV(args.Finish());
         return std::make_unique<Keeper>(kFirst);
       }});
  const auto pipeline = Load(files, kFirst, options);
  ASSERT_TRUE(pipeline) << pipeline.error().message();
  EXPECT_THAT(StepNames(**pipeline), ElementsAre("Preprocess", "prep_output on cuda:0 ('img')",
                                                 "net", "postprocess", "post_output on cpu"));
  const auto outputs = (*pipeline)->Run({List{Value(Picture(8, 8, 1))}});
  ASSERT_TRUE(outputs) << outputs.error().message();
  const auto& image = (*outputs)[0].list()[0].result<Restoration>().image;
  EXPECT_EQ(image.device, Device());
  EXPECT_GT(reinterpret_cast<const float*>(image.data)[2], 0);
}

TEST_F(Devices, FailuresOfARunNameTheStepAndTheItem) {
  PipelineOptions options;
  options.net.num_threads = 1;
  const auto pipeline = Load(OnDevice(ExampleClassifier(), ""), kFirst, options);
  const List images{Value(Picture(9, 9, 3)), Value(Picture(9, 9, 4))};
  Limit(1 << 20, 1);  // the first image arrives, and nothing after it
  EXPECT_THAT(
      Outcome(**pipeline, images),
      HasSubstr("copy of 'prep_output' to cuda:0 ('img') for pipeline.json:/pipeline/tasks/1 "
                "(Net 'net'): item 2 of 2: tensor 'img': cannot copy 768 bytes from cpu to "
                "cuda:0: the device does not answer"));
  Limit(0);
  EXPECT_THAT(Outcome(**pipeline, images), HasSubstr("device cuda:0 has no 768 bytes left"));
  Limit();
  EXPECT_EQ(Outcome(**pipeline, images).front(), '[');
}

// Steps alone, as `mmdeploy verify` runs them: from wherever the inputs lie, to the host.
TEST_F(Devices, StepsRunAlone) {
  const auto pipeline = Load(OnDevice(ExampleClassifier(), ""), kFirst);
  const Step& net = (*pipeline)->steps()[2];
  ASSERT_EQ(net.name, "net");
  EXPECT_NE(net.sources, net.inputs);
  const NamedTensors input{{"img", Counting({1, 3, 8, 8})}};
  const auto outputs = (*pipeline)->RunStep(net, {List{Value(input)}});
  ASSERT_TRUE(outputs) << outputs.error().message();
  const Tensor& tensor = (*outputs)[0].list()[0].tensors()[0].second;
  EXPECT_EQ(tensor.data<float>()[0], 31.5);
}

}  // namespace
}  // namespace mmdeploy
