// The operators of the sampling family at the sizes of DESIGN.md section 6, on one thread.
// `benchmarks/custom_ops.py` compares with PyTorch, mmcv and ONNX Runtime.
#include <benchmark/benchmark.h>

#include "mmdeploy/op/testing.h"

namespace mmdeploy::op {
namespace {

using testing::Random;
using Ints = std::vector<int64_t>;

void RunOp(benchmark::State& state, std::string_view type, const testing::AttributeMap& map,
           const testing::Inputs& inputs) {
  const OpDef& op = *FindOp("mmdeploy", type);
  const auto attributes = testing::MakeAttributes(op, map);
  for (auto _ : state) {
    auto outputs = testing::Run(op, attributes, op.run, inputs);
    if (!outputs) state.SkipWithError(outputs.error().message().c_str());
    benchmark::DoNotOptimize(outputs);
  }
}

// 256 -> 256 channels, 3x3, 50x76, and channels as given.
void BM_ModulatedDeformConv(benchmark::State& state) {
  const int64_t channels = state.range(0);
  const Ints one{1, 1};
  RunOp(state, "MMCVModulatedDeformConv2d", {{"stride", one}, {"padding", one}, {"dilation", one}},
        {Random({1, channels, 50, 76}), Random({1, 18, 50, 76}, -4, 4, 1),
         Random({1, 9, 50, 76}, 0, 1, 2), Random({channels, channels, 3, 3}, -1, 1, 3),
         Random({channels}, -1, 1, 4)});
}
BENCHMARK(BM_ModulatedDeformConv)->Arg(64)->Arg(256)->Unit(benchmark::kMillisecond);

// 100x152, a grid of the same size that is close to the identity; channels, interpolation, padding.
void BM_GridSampler(benchmark::State& state) {
  constexpr int64_t kHeight = 100, kWidth = 152;
  Tensor grid = Random({1, kHeight, kWidth, 2}, -0.02f, 0.02f, 1);
  for (int64_t i = 0; i < kHeight * kWidth; ++i) {
    float* place = grid.data<float>() + 2 * i;
    place[0] += static_cast<float>(i % kWidth) * 2 / (kWidth - 1) - 1;
    place[1] += static_cast<float>(i / kWidth) * 2 / (kHeight - 1) - 1;
  }
  RunOp(state, "grid_sampler",
        {{"interpolation_mode", state.range(1)}, {"padding_mode", state.range(2)}},
        {Random({1, state.range(0), kHeight, kWidth}), grid});
}
BENCHMARK(BM_GridSampler)
    ->ArgsProduct({{1, 3, 8, 16, 64}, {0, 1, 2}, {0, 2}})
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace mmdeploy::op

BENCHMARK_MAIN();
