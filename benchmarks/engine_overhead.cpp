// What our call costs beyond the engine's own:
//   engine_overhead [MODEL...]
// For a tiny network of every engine that is built, and for the first network of each SDK model:
// Session::Run beside the bare call on the same network. Then the pipeline of each model
// beside its preprocessing and the bare call. Both sides take turns, one thread per call.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <random>

#include "benchmarks/bare_engine.h"
#include "mmdeploy/backend/session.h"
#include "mmdeploy/pipeline/pipeline.h"

namespace mmdeploy::benchmarks {
namespace {

using Clock = std::chrono::steady_clock;

std::vector<BareEngine> Engines() {
  std::vector<BareEngine> engines;
#ifdef MMDEPLOY_WITH_ncnn
  engines.push_back(BareNcnn());
#endif
#ifdef MMDEPLOY_WITH_onnxruntime
  engines.push_back(BareOnnxruntime());
#endif
#ifdef MMDEPLOY_WITH_openvino
  engines.push_back(BareOpenvino());
#endif
#ifdef MMDEPLOY_WITH_torchscript
  engines.push_back(BareTorchscript());
#endif
  return engines;
}

template <class T>
T Must(Result<T> result) {
  if (!result) {
    fmt::print(stderr, "error: {}\n", result.error().message());
    std::exit(2);
  }
  return std::move(*result);
}

double Microseconds(Clock::duration duration) {
  return std::chrono::duration<double, std::micro>(duration).count();
}

double Time(const std::function<void()>& body) {
  const auto start = Clock::now();
  body();
  return Microseconds(Clock::now() - start);
}

double Median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + values.size() / 2, values.end());
  return values[values.size() / 2];
}

double Best(const std::vector<double>& values) {
  return *std::min_element(values.begin(), values.end());
}

// Both sides in turns, so that what else the machine does hits both.
void Compare(const std::string& title, const std::function<double()>& ours,
             const std::function<double()>& bare) {
  constexpr auto kTime = std::chrono::seconds(5);
  constexpr size_t kMost = 20000;
  for (int i = 0; i < 5; ++i) ours(), bare();
  std::vector<double> our_times, bare_times;
  for (const auto start = Clock::now(); Clock::now() - start < kTime && our_times.size() < kMost;) {
    our_times.push_back(ours());
    bare_times.push_back(bare());
  }
  const auto print = [&](const char* what, double a, double b) {
    fmt::print("{:<40} {:<6} ours {:>9.1f} us, bare {:>9.1f} us, difference {:>7.1f} us, x{:.3f}\n",
               title, what, a, b, a - b, a / b);
  };
  print("best", Best(our_times), Best(bare_times));
  print("median", Median(our_times), Median(bare_times));
  std::fflush(stdout);
}

NetOptions Options() {
  NetOptions options;
  options.num_threads = 1;
  options.trusted = true;
  return options;
}

Tensor RandomTensor(const Shape& shape) {
  Tensor tensor = Must(Tensor::Allocate(DataType::kFloat32, shape));
  std::mt19937 random(0);
  std::normal_distribution<float> normal;
  std::generate_n(tensor.data<float>(), tensor.num_elements(), [&] { return normal(random); });
  return tensor;
}

void CompareCalls(const BareEngine& engine, const std::string& title,
                  const std::shared_ptr<const Net>& net, const NetFiles& files,
                  const Tensor& input) {
  const Session session(net, title);
  const auto bare = engine.bind(net, files, input);
  const std::vector<Tensor> inputs{input};
  Compare(
      title, [&] { return Time([&] { Must(session.Run(inputs)); }); }, [&] { return Time(bare); });
}

// Remembers what the network gets, and how long it took to make it.
class Preprocessing : public RunObserver {
 public:
  void OnStep(const Step&, std::chrono::nanoseconds duration, Span<const Value> outputs) override {
    if (seen_++) return;
    microseconds = Microseconds(duration);
    const Value* value = &outputs[0];
    while (value->is_list()) value = &value->list().at(0);
    tensor = value->kind() == Kind::kSample ? value->sample().tensors.at(0).second
                                            : value->tensors().at(0).second;
  }
  void Restart() { seen_ = 0; }

  double microseconds = 0;
  Tensor tensor;

 private:
  int seen_ = 0;
};

// A photograph's worth of pixels.
class Picture {
 public:
  Picture() : pixels_(size_t{kHeight} * kWidth * 3) {
    std::mt19937 random(0);
    for (auto& pixel : pixels_) pixel = static_cast<uint8_t>(random());
  }

  Value value() const {
    Image image;
    image.data = const_cast<uint8_t*>(pixels_.data());
    image.height = kHeight;
    image.width = kWidth;
    image.row_stride = kWidth * 3;
    return Value(Value::List{Value(image)});
  }

 private:
  static constexpr int kHeight = 480, kWidth = 640;
  std::vector<uint8_t> pixels_;
};

NetFiles FilesOf(const Model& model) {
  const NetSpec& spec = model.deploy().models.at(0);
  NetFiles files;
  files.net = {spec.net, model.PathOf(spec.net), nullptr};
  if (!spec.weights.empty()) files.weights = {spec.weights, model.PathOf(spec.weights), nullptr};
  return files;
}

std::shared_ptr<const Net> LoadNet(const BareEngine& engine, const Model& model,
                                   const NetFiles& files) {
  const NetSpec& spec = model.deploy().models.at(0);
  NetOptions options = Options();
  options.precision = spec.precision;
  return Must(engine.load(files, options));
}

void CompareModel(const std::vector<BareEngine>& engines, const std::string& path) {
  const auto model = Must(Model::FromPath(path));
  const auto& name = model->deploy().models.at(0).backend;
  const auto engine = std::find_if(engines.begin(), engines.end(),
                                   [&](const BareEngine& e) { return e.name == name; });
  if (engine == engines.end()) {
    fmt::print("{}: engine '{}' is not built\n", path, name);
    return;
  }
  PipelineOptions options;
  options.net = Options();
  const auto pipeline = Must(Pipeline::Load(model, options));
  const Picture picture;
  Preprocessing preprocessing;
  Must(pipeline->Run({picture.value()}, &preprocessing));
  const Tensor input = preprocessing.tensor;
  const NetFiles files = FilesOf(*model);
  const auto net = LoadNet(*engine, *model, files);
  const auto title = fmt::format("{} {}", name, Name(input.shape()));
  CompareCalls(*engine, title + " call", net, files, input);
  const auto bare = engine->bind(net, files, input);
  Compare(
      title + " pipeline",
      [&] {
        preprocessing.Restart();
        return Time([&] { Must(pipeline->Run({picture.value()}, &preprocessing)); });
      },
      [&] { return preprocessing.microseconds + Time(bare); });
}

int Main(int argc, char** argv) {
  const auto engines = Engines();
  for (const auto& engine : engines) {
    const NetFiles files = engine.tiny();
    const auto net = Must(engine.load(files, Options()));
    CompareCalls(engine, engine.name + " tiny call", net, files, RandomTensor({1, 3}));
  }
  for (int i = 1; i < argc; ++i) CompareModel(engines, argv[i]);
  return 0;
}

}  // namespace
}  // namespace mmdeploy::benchmarks

int main(int argc, char** argv) { return mmdeploy::benchmarks::Main(argc, argv); }
