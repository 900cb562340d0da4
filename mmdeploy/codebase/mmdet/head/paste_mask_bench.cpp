// Masks of 100 boxes of an image of 1080p: `PasteMask` beside the plain code.
#include <benchmark/benchmark.h>

#include <cmath>
#include <random>
#include <vector>

#include "mmdeploy/codebase/mmdet/head/paste_mask.h"

namespace mmdeploy {
namespace {

using Paste = void (*)(const MaskView&, const MaskAxis&, const MaskAxis&, float, uint8_t*);

template <Paste kPaste>
void BM_Paste(benchmark::State& state) {
  constexpr int kHeight = 1080, kWidth = 1920, kCount = 100, kSize = 28;
  std::mt19937 random(0);
  std::uniform_real_distribution<float> unit(0, 1);
  std::vector<float> scores(kSize * kSize);
  for (float& score : scores) score = unit(random);
  std::vector<uint8_t> pixels(kHeight * kWidth);
  struct Box {
    float left, top, right, bottom;
  };
  std::vector<Box> boxes;
  for (int i = 0; i < kCount; ++i) {
    const float width = 20 + 500 * unit(random), height = 20 + 500 * unit(random);
    const float left = unit(random) * (kWidth - width), top = unit(random) * (kHeight - height);
    boxes.push_back({left, top, left + width, top + height});
  }
  int64_t count = 0;
  for (auto _ : state) {
    for (const Box& box : boxes) {
      const auto axis = [](float low, float high) {
        return MaskAxis::OfBox(static_cast<int64_t>(low), static_cast<int64_t>(std::ceil(high)),
                               low, high, kSize);
      };
      const MaskAxis y = axis(box.top, box.bottom), x = axis(box.left, box.right);
      kPaste({scores.data(), kSize, kSize}, y, x, 0.5f, pixels.data());
      benchmark::DoNotOptimize(pixels.data());
      count += y.count * x.count;
    }
  }
  state.counters["pixels"] =
      benchmark::Counter(static_cast<double>(count), benchmark::Counter::kIsRate);
}
BENCHMARK(BM_Paste<PasteMask>)->Name("paste 100 masks")->Unit(benchmark::kMillisecond);
BENCHMARK(BM_Paste<PasteMaskReference>)
    ->Name("paste 100 masks, plain code")
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace mmdeploy
