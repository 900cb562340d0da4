// The points of one person: 17 maps of 64x48 cells, whose peaks lie between cells.
#include <benchmark/benchmark.h>

#include <cmath>
#include <vector>

#include "mmdeploy/codebase/mmpose/head/heatmap.h"

namespace mmdeploy {
namespace {

constexpr int kPoints = 17, kHeight = 64, kWidth = 48;

std::vector<float> Maps() {
  std::vector<float> maps;
  for (int i = 0; i < 3 * kPoints; ++i) {
    const float x = 4.3F + static_cast<float>(i % 40), y = 5.6F + static_cast<float>(i);
    for (int cell = 0; cell < kHeight * kWidth; ++cell) {
      const float dx = static_cast<float>(cell % kWidth) - x;
      const float dy = static_cast<float>(cell / kWidth) - y;
      maps.push_back(std::exp((dx * dx + dy * dy) / -8));
    }
  }
  return maps;
}

void BM_Decode(benchmark::State& state, HeatmapDecoding::Mode mode) {
  const auto maps = Maps();
  HeatmapDecoding decoding;
  decoding.mode = mode;
  const int count = mode == HeatmapDecoding::Mode::kUdpOffsets ? 3 * kPoints : kPoints;
  const HeatmapDecoder decoder(decoding);
  for (auto _ : state) {
    benchmark::DoNotOptimize(decoder.Decode(maps.data(), count, kHeight, kWidth));
  }
}
BENCHMARK_CAPTURE(BM_Decode, max, HeatmapDecoding::Mode::kMax)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(BM_Decode, default, HeatmapDecoding::Mode::kQuarter)
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(BM_Decode, unbiased, HeatmapDecoding::Mode::kTaylor)
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(BM_Decode, udp, HeatmapDecoding::Mode::kUdp)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(BM_Decode, udp_offsets, HeatmapDecoding::Mode::kUdpOffsets)
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(BM_Decode, megvii, HeatmapDecoding::Mode::kMegvii)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace mmdeploy
