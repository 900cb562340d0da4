// What a second caller of one network gains:
//   callers SIZE MICROSECONDS MODEL...
// Calls per second of one and of two callers of each SDK model's first network, with one thread
// and with all processors inside a call. SIZE is that of open dimensions of an image; a caller
// works for so many MICROSECONDS between its calls. One and two callers take turns in short
// rounds, so that what else the machine does hits both; the ratio is the median over the rounds.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "mmdeploy/backend/session.h"
#include "mmdeploy/pipeline/load_net.h"

namespace mmdeploy::benchmarks {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kRound = std::chrono::milliseconds(250);
constexpr int kRounds = 25;

struct Workload {
  int64_t size;
  std::chrono::microseconds between;
};

template <class T>
T Must(Result<T> result) {
  if (!result) {
    fmt::print(stderr, "error: {}\n", result.error().message());
    std::exit(2);
  }
  return std::move(*result);
}

std::vector<Tensor> MakeInputs(const Net& net, int64_t size) {
  std::vector<Tensor> inputs;
  for (const auto& info : net.inputs()) {
    std::vector<int64_t> dims(info.shape.begin(), info.shape.end());
    for (size_t i = 0; i < dims.size(); ++i) {
      if (dims[i] < 0) dims[i] = i == 0 ? 1 : i == 1 ? 3 : size;
    }
    Tensor tensor = Must(Tensor::Allocate(info.dtype, Shape(dims)));
    std::fill_n(static_cast<char*>(tensor.raw()), tensor.num_bytes(), '\0');
    inputs.push_back(tensor);
  }
  return inputs;
}

void WorkFor(std::chrono::microseconds time) {
  for (const auto end = Clock::now() + time; Clock::now() < end;) {
  }
}

double CallsPerSecond(const Session& session, const std::vector<Tensor>& inputs,
                      std::chrono::microseconds between, int callers) {
  std::atomic<int64_t> calls{0};
  const auto start = Clock::now();
  std::vector<std::thread> threads;
  for (int t = 0; t < callers; ++t) {
    threads.emplace_back([&] {
      while (Clock::now() - start < kRound) {
        Must(session.Run(inputs));
        ++calls;
        WorkFor(between);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  return static_cast<double>(calls) / std::chrono::duration<double>(Clock::now() - start).count();
}

double Median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + values.size() / 2, values.end());
  return values[values.size() / 2];
}

void Measure(const std::string& path, const Workload& workload, int num_threads) {
  const auto model = Must(Model::FromPath(path));
  const auto& spec = model->deploy().models.at(0);
  NetOptions options;
  options.num_threads = num_threads;
  options.trusted = true;
  const Session session(Must(LoadNet(*model, spec, options)), spec.name);
  const auto inputs = MakeInputs(session.net(), workload.size);
  const auto measure = [&](int callers) {
    return CallsPerSecond(session, inputs, workload.between, callers);
  };
  std::vector<double> one, two, ratios;
  measure(2);
  for (int round = 0; round < kRounds; ++round) {
    one.push_back(measure(1));
    two.push_back(measure(2));
    ratios.push_back(two.back() / one.back());
  }
  fmt::print(
      "{:<12} {:<9} threads {:>3}: one caller {:>8.1f}, two {:>8.1f} calls/s, ratio {:.3f}\n",
      spec.backend, spec.precision, num_threads ? std::to_string(num_threads) : "all", Median(one),
      Median(two), Median(ratios));
  std::fflush(stdout);
}

}  // namespace
}  // namespace mmdeploy::benchmarks

int main(int argc, char** argv) {
  if (argc < 4) {
    std::fputs("usage: callers SIZE MICROSECONDS MODEL...\n", stderr);
    return 1;
  }
  const mmdeploy::benchmarks::Workload workload{std::atoi(argv[1]),
                                                std::chrono::microseconds(std::atoi(argv[2]))};
  for (int i = 3; i < argc; ++i) {
    for (const int threads : {1, 0}) mmdeploy::benchmarks::Measure(argv[i], workload, threads);
  }
  return 0;
}
