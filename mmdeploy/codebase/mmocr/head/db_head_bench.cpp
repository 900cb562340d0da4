// DBHead on a map of 736x1280 with 100 words, one thread and all of them.
#include <benchmark/benchmark.h>

#include <opencv2/imgproc.hpp>

#include "mmdeploy/codebase/head_testing.h"

namespace mmdeploy {
namespace {

constexpr int kHeight = 736, kWidth = 1280;

// Words in 20 rows of 5, a little turned, with soft borders.
Tensor WordMap() {
  Tensor map = *Tensor::Allocate(DataType::kFloat32, {1, 1, kHeight, kWidth});
  cv::Mat image(kHeight, kWidth, CV_32F, map.raw());
  image.setTo(0);
  for (int i = 0; i < 100; ++i) {
    const cv::Point2f center((static_cast<float>(i % 5) + 0.5F) * kWidth / 5,
                             (static_cast<float>(i / 5) + 0.5F) * kHeight / 20);
    const cv::RotatedRect box(center, {60.F + static_cast<float>(i * 37 % 140), 18},
                              static_cast<float>(i % 11 - 5));
    cv::Point2f corners[4];
    box.points(corners);
    std::vector<cv::Point> polygon(corners, corners + 4);
    cv::fillPoly(image, std::vector<std::vector<cv::Point>>{polygon}, cv::Scalar(0.9));
  }
  cv::GaussianBlur(image, image, {}, 1.5);
  return map;
}

void BM_DbHead(benchmark::State& state) {
  const auto head = *testing::MakeHead("mmocr", "DBHead", {});
  const std::vector<Value> inputs{Value(Sample()), Value(NamedTensors{{"output", WordMap()}})};
  RunContext context;
  context.num_threads = static_cast<int>(state.range(0));
  size_t found = 0;
  for (auto _ : state) found = head->Run(inputs, context)->at(0).list().size();
  state.counters["texts"] = static_cast<double>(found);
}
BENCHMARK(BM_DbHead)
    ->Name("DBHead 736x1280, threads")
    ->Arg(1)
    ->Arg(0)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

}  // namespace
}  // namespace mmdeploy
