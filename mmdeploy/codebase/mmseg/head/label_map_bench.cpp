// Label maps of 2048x1024 pixels and 19 classes: ours beside the plain code.
#include <benchmark/benchmark.h>

#include <random>
#include <vector>

#include "mmdeploy/codebase/mmseg/head/label_map.h"

namespace mmdeploy {
namespace {

constexpr int64_t kHeight = 1024, kWidth = 2048, kClasses = 19;

std::vector<float> Scores(int64_t height, int64_t width) {
  std::mt19937 random(0);
  std::normal_distribution<float> normal;
  std::vector<float> scores(static_cast<size_t>(kClasses * height * width));
  for (float& score : scores) score = normal(random);
  return scores;
}

// The scores are smaller by a factor; a thread.
void BM_BestClasses(benchmark::State& state) {
  const int64_t height = kHeight / state.range(0), width = kWidth / state.range(0);
  const auto scores = Scores(height, width);
  std::vector<int32_t> labels(kHeight * kWidth);
  for (auto _ : state) {
    BestClasses({scores.data(), kClasses, height, width}, kHeight, kWidth, false, 1, labels.data());
    benchmark::DoNotOptimize(labels.data());
  }
}
BENCHMARK(BM_BestClasses)
    ->Name("best of 19 classes")
    ->Arg(1)
    ->Arg(8)
    ->Unit(benchmark::kMillisecond);

void BM_BestClassesReference(benchmark::State& state) {
  const int64_t height = kHeight / state.range(0), width = kWidth / state.range(0);
  const auto scores = Scores(height, width);
  std::vector<int32_t> labels(kHeight * kWidth);
  for (auto _ : state) {
    BestClassesReference({scores.data(), kClasses, height, width}, kHeight, kWidth, false,
                         labels.data());
    benchmark::DoNotOptimize(labels.data());
  }
}
BENCHMARK(BM_BestClassesReference)
    ->Name("best of 19 classes, plain code")
    ->Arg(1)
    ->Arg(8)
    ->Unit(benchmark::kMillisecond);

template <typename T>
void BM_NearestLabels(benchmark::State& state) {
  const int64_t height = kHeight / state.range(0), width = kWidth / state.range(0);
  std::vector<T> from(static_cast<size_t>(height * width));
  for (size_t i = 0; i < from.size(); ++i) from[i] = static_cast<T>(i % kClasses);
  std::vector<int32_t> labels(kHeight * kWidth);
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        NearestLabels(from.data(), height, width, kHeight, kWidth, kClasses, 1, labels.data()));
  }
}
BENCHMARK(BM_NearestLabels<int64_t>)
    ->Name("labels of int64")
    ->Arg(1)
    ->Arg(2)
    ->Unit(benchmark::kMillisecond);
BENCHMARK(BM_NearestLabels<int32_t>)
    ->Name("labels of int32")
    ->Arg(1)
    ->Arg(2)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace mmdeploy
