#include "mmdeploy/op/kernels/gemm.h"

// Accumulators in arrays need vectors of known length.
#define HWY_DISABLED_TARGETS (HWY_RVV | HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "mmdeploy/op/kernels/gemm.cpp"
#include <hwy/foreach_target.h>
// foreach_target.h comes first.
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace mmdeploy::op {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using F32 = hn::CappedTag<float, 16>;

// A tile of C stays in registers: with 32 of them 14 rows of 2 vectors, with 16 6 rows.
#if HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX3_DL || \
    (HWY_TARGET == HWY_NEON && HWY_ARCH_ARM_A64)
constexpr int kTileRows = 14;
#else
constexpr int kTileRows = 6;
#endif
static_assert(kGemmTileRows % kTileRows == 0);

HWY_INLINE void AddTile(const float* HWY_RESTRICT a, const float* HWY_RESTRICT panel, int64_t depth,
                        float* HWY_RESTRICT c, int64_t c_stride) {
  const F32 d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  hn::Vec<F32> left[kTileRows], right[kTileRows];
#pragma GCC unroll 14
  for (int r = 0; r < kTileRows; ++r) {
    left[r] = hn::LoadU(d, c + r * c_stride);
    right[r] = hn::LoadU(d, c + r * c_stride + lanes);
  }
  for (int64_t k = 0; k < depth; ++k, panel += 2 * lanes) {
    const auto b0 = hn::LoadU(d, panel);
    const auto b1 = hn::LoadU(d, panel + lanes);
#pragma GCC unroll 14
    for (int r = 0; r < kTileRows; ++r) {
      const auto value = hn::Set(d, a[r * kGemmStride + k]);
      left[r] = hn::MulAdd(value, b0, left[r]);
      right[r] = hn::MulAdd(value, b1, right[r]);
    }
  }
#pragma GCC unroll 14
  for (int r = 0; r < kTileRows; ++r) {
    hn::StoreU(left[r], d, c + r * c_stride);
    hn::StoreU(right[r], d, c + r * c_stride + lanes);
  }
}

int64_t PanelColumns() { return 2 * static_cast<int64_t>(hn::Lanes(F32())); }

void Add(const GemmBlock& block) {
  const int64_t panel_columns = PanelColumns();
  for (int64_t r = 0; r < block.rows; r += kTileRows) {
    const float* a = block.a + r * kGemmStride;
    const float* panel = block.panels;
    float* c = block.c + r * block.c_stride;
    for (int64_t n = 0; n < block.columns; n += panel_columns, panel += block.panel_stride) {
      AddTile(a, panel, block.depth, c + n, block.c_stride);
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace mmdeploy::op
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mmdeploy::op {

HWY_EXPORT(PanelColumns);
HWY_EXPORT(Add);

int64_t GemmPanelColumns() { return HWY_DYNAMIC_DISPATCH(PanelColumns)(); }

void GemmAdd(const GemmBlock& block) { HWY_DYNAMIC_DISPATCH(Add)(block); }

}  // namespace mmdeploy::op
#endif  // HWY_ONCE
