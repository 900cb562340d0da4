// Operators at the sizes of DESIGN.md section 6, on one thread; in builds with CUDA and where there
// is a device, cuda_ms is the time of a call there. `benchmarks/custom_ops.py` compares with
// PyTorch, mmcv and ONNX Runtime.
#include <benchmark/benchmark.h>

#include "mmdeploy/op/testing.h"
#ifdef MMDEPLOY_CUDA
#include "mmdeploy/op/cuda/device_context.h"
#endif

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
#ifdef MMDEPLOY_CUDA
  if (!cuda::HasDevice()) return;
  const auto time = cuda::MillisecondsOnDevice(op, attributes, inputs);
  if (time) state.counters["cuda_ms"] = *time;
#endif
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

// 1x256x50x76, 7x7 bins, sides of 20 to 320 of an image of 1216x800; rois, sampling ratio.
void BM_RoiAlign(benchmark::State& state) {
  Tensor rois = Random({state.range(0), 5}, 0, 1, 1);
  for (int64_t i = 0; i < state.range(0); ++i) {
    float* roi = rois.data<float>() + 5 * i;
    const std::vector<float> box{0, roi[1] * 800, roi[2] * 500, 20 + roi[3] * 300,
                                 20 + roi[4] * 300};
    std::copy(box.begin(), box.end(), roi);
    for (int k = 1; k < 3; ++k) roi[k + 2] += roi[k];
  }
  RunOp(state, "MMCVRoiAlign",
        {{"spatial_scale", 1 / 16.f}, {"sampling_ratio", state.range(1)}, {"mode", "avg"}},
        {Random({1, 256, 50, 76}), rois});
}
BENCHMARK(BM_RoiAlign)->ArgsProduct({{1, 1000}, {0, 2}})->Unit(benchmark::kMillisecond);

void BM_RoiAlignRotated(benchmark::State& state) {
  Tensor rois = Random({state.range(0), 6}, 0, 1, 1);
  for (int64_t i = 0; i < state.range(0); ++i) {
    float* roi = rois.data<float>() + 6 * i;
    const std::vector<float> box{0,
                                 roi[1] * 1200,
                                 roi[2] * 800,
                                 20 + roi[3] * 300,
                                 20 + roi[4] * 300,
                                 roi[5] * 3.14f - 1.57f};
    std::copy(box.begin(), box.end(), roi);
  }
  RunOp(state, "MMCVRoIAlignRotated",
        {{"output_height", int64_t{7}},
         {"output_width", int64_t{7}},
         {"spatial_scale", 1 / 16.f},
         {"sampling_ratio", state.range(1)},
         {"aligned", int64_t{1}},
         {"clockwise", int64_t{0}}},
        {Random({1, 256, 50, 76}), rois});
}
BENCHMARK(BM_RoiAlignRotated)->ArgsProduct({{1, 500}, {0, 2}})->Unit(benchmark::kMillisecond);

// One class of boxes of 8 to 64 in an image of the given size: many neighbours, or few.
void BM_NmsRotated(benchmark::State& state) {
  const int64_t count = state.range(0);
  Tensor boxes = Random({1, count, 5}, 0, 1, 1);
  for (int64_t i = 0; i < count; ++i) {
    float* box = boxes.data<float>() + 5 * i;
    for (int k = 0; k < 2; ++k) box[k] *= static_cast<float>(state.range(1));
    for (int k = 2; k < 4; ++k) box[k] = 8 + 56 * box[k];
    box[4] = box[4] * 3.14f - 1.57f;
  }
  RunOp(state, "NMSRotated", {{"iou_threshold", 0.1f}, {"score_threshold", 0.05f}},
        {boxes, Random({1, 1, count}, 0, 1, 2)});
}
BENCHMARK(BM_NmsRotated)->ArgsProduct({{2000}, {256, 1024}})->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace mmdeploy::op

BENCHMARK_MAIN();
