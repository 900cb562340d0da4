// Measures an SDK model as a server would use it:
//   sdk_speed MODEL IMAGE [CALLS]
// load time beside the engine's own, calls per second of one and two callers with one and with
// all threads per call, time per step, and growth of memory over CALLS calls (default 2000).

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <functional>
#include <map>
#include <opencv2/imgcodecs.hpp>
#include <thread>

#include "mmdeploy/pipeline/load_net.h"
#include "mmdeploy/pipeline/pipeline.h"
#include "tests/support/resident_memory.h"

namespace mmdeploy {
namespace {

using Clock = std::chrono::steady_clock;

double Milliseconds(Clock::duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

// The best of some runs: the one that was disturbed least.
double Best(int runs, const std::function<void()>& body) {
  double best = 1e30;
  for (int i = 0; i < runs; ++i) {
    const auto start = Clock::now();
    body();
    best = std::min(best, Milliseconds(Clock::now() - start));
  }
  return best;
}

template <class T>
T Must(Result<T> result) {
  if (!result) {
    fmt::print(stderr, "error: {}\n", result.error().message());
    std::exit(2);
  }
  return std::move(*result);
}

std::shared_ptr<const Pipeline> Load(const std::shared_ptr<const Model>& model, int num_threads) {
  PipelineOptions options;
  options.net.num_threads = num_threads;
  return Must(Pipeline::Load(model, options));
}

void MeasureLoad(const std::string& path) {
  const double all = Best(9, [&] { Load(Must(Model::FromPath(path)), 1); });
  const auto model = Must(Model::FromPath(path));
  const auto& spec = model->deploy().models.at(0);
  const double own = Best(9, [&] {
    NetOptions options;
    options.num_threads = 1;
    Must(LoadNet(*model, spec, options));
  });
  fmt::print("load {:.2f} ms, of which the engine {:.2f} ms, ours {:.2f} ms\n", all, own,
             all - own);
}

// Calls per second of `callers` threads on one handle; the best of some windows.
double CallsPerSecond(const Pipeline& pipeline, const Value& input, int callers) {
  constexpr int kWindows = 5;
  constexpr auto kWindow = std::chrono::milliseconds(600);
  double best = 0;
  for (int window = 0; window < kWindows; ++window) {
    std::atomic<int64_t> calls{0};
    const auto start = Clock::now();
    std::vector<std::thread> threads;
    for (int t = 0; t < callers; ++t) {
      threads.emplace_back([&] {
        while (Clock::now() - start < kWindow) {
          Must(pipeline.Run({input}));
          ++calls;
        }
      });
    }
    for (auto& thread : threads) thread.join();
    best = std::max(best, static_cast<double>(calls) / Milliseconds(Clock::now() - start) * 1000);
  }
  return best;
}

void MeasureCallers(const std::shared_ptr<const Model>& model, const Value& input) {
  for (const int threads : {1, 0}) {
    const auto pipeline = Load(model, threads);
    CallsPerSecond(*pipeline, input, 1);  // warm up
    const double one = CallsPerSecond(*pipeline, input, 1);
    const double two = CallsPerSecond(*pipeline, input, 2);
    fmt::print("threads per call {}: one caller {:.0f}/s, two callers {:.0f}/s, ratio {:.2f}\n",
               threads ? "1  " : "all", one, two, two / one);
  }
}

class StepTimes : public RunObserver {
 public:
  void OnStep(const Step& step, std::chrono::nanoseconds duration, Span<const Value>) override {
    auto& best = times.emplace(step.name, 1e30).first->second;
    best = std::min(best, static_cast<double>(duration.count()) / 1e3);
  }
  std::map<std::string, double> times;
};

void MeasureSteps(const Pipeline& pipeline, const Value& input) {
  StepTimes observer;
  const double whole = 1000 * Best(300, [&] { Must(pipeline.Run({input}, &observer)); });
  double sum = 0;
  for (const auto& [name, time] : observer.times) {
    fmt::print("step {:<16} {:>9.1f} us\n", name, time);
    sum += time;
  }
  fmt::print("pipeline beyond its steps {:.1f} us\n", whole - sum);
}

void MeasureMemory(const Pipeline& pipeline, const Value& input, int calls) {
  for (int i = 0; i < calls / 10; ++i) Must(pipeline.Run({input}));
  const int64_t before = testing::ResidentBytes();
  for (int i = 0; i < calls; ++i) Must(pipeline.Run({input}));
  fmt::print("memory after {} calls: {:+.2f} MB\n", calls,
             static_cast<double>(testing::ResidentBytes() - before) / (1 << 20));
}

int Main(int argc, char** argv) {
  if (argc < 3) {
    fmt::print(stderr, "usage: sdk_speed MODEL IMAGE [CALLS]\n");
    return 2;
  }
  const cv::Mat mat = cv::imread(argv[2]);
  if (mat.empty()) {
    fmt::print(stderr, "error: cannot read image '{}'\n", argv[2]);
    return 2;
  }
  Image image;
  image.data = mat.data;
  image.height = mat.rows;
  image.width = mat.cols;
  image.row_stride = static_cast<int64_t>(mat.step);
  const Value input(Value::List{Value(image)});
  MeasureLoad(argv[1]);
  const auto model = Must(Model::FromPath(argv[1]));
  const auto pipeline = Load(model, 1);
  MeasureSteps(*pipeline, input);
  MeasureCallers(model, input);
  MeasureMemory(*pipeline, input, argc > 3 ? std::atoi(argv[3]) : 2000);
  return 0;
}

}  // namespace
}  // namespace mmdeploy

int main(int argc, char** argv) { return mmdeploy::Main(argc, argv); }
