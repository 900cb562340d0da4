#include "mmdeploy/op/kernels/transpose.h"

#include <algorithm>

// The blocks of 128 bits below need vectors of known length.
#define HWY_DISABLED_TARGETS (HWY_RVV | HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "mmdeploy/op/kernels/transpose.cpp"
#include <hwy/foreach_target.h>
// foreach_target.h comes first.
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace mmdeploy::op {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

struct Matrices {
  const float* in;
  int64_t in_stride;
  float* out;
  int64_t out_stride;
};

void TransposePlain(const Matrices& m, int64_t rows, int64_t columns) {
  for (int64_t r = 0; r < rows; ++r) {
    for (int64_t c = 0; c < columns; ++c) m.out[c * m.out_stride + r] = m.in[r * m.in_stride + c];
  }
}

#if HWY_TARGET != HWY_SCALAR

// 4 columns of rows 0, 4, 8...: as many as the vector has blocks of 128 bits.
template <class D>
HWY_INLINE hn::Vec<D> LoadEveryFourthRow(D d, const float* in, int64_t stride) {
  if constexpr (hn::MaxLanes(D()) <= 4) {
    return hn::LoadU(d, in);
  } else {
    const hn::Half<D> half;
    const int64_t rows = static_cast<int64_t>(hn::MaxLanes(half));
    return hn::Combine(d, LoadEveryFourthRow(half, in + rows * stride, stride),
                       LoadEveryFourthRow(half, in, stride));
  }
}

// 4 columns of as many rows as the vector has lanes.
template <class D>
HWY_INLINE void TransposeFourColumns(D d, const Matrices& m) {
  const hn::RepartitionToWide<D> wide;
  const auto a = LoadEveryFourthRow(d, m.in, m.in_stride);
  const auto b = LoadEveryFourthRow(d, m.in + m.in_stride, m.in_stride);
  const auto c = LoadEveryFourthRow(d, m.in + 2 * m.in_stride, m.in_stride);
  const auto e = LoadEveryFourthRow(d, m.in + 3 * m.in_stride, m.in_stride);
  const auto ab01 = hn::BitCast(wide, hn::InterleaveLower(d, a, b));
  const auto ab23 = hn::BitCast(wide, hn::InterleaveUpper(d, a, b));
  const auto ce01 = hn::BitCast(wide, hn::InterleaveLower(d, c, e));
  const auto ce23 = hn::BitCast(wide, hn::InterleaveUpper(d, c, e));
  hn::StoreU(hn::BitCast(d, hn::InterleaveLower(wide, ab01, ce01)), d, m.out);
  hn::StoreU(hn::BitCast(d, hn::InterleaveUpper(wide, ab01, ce01)), d, m.out + m.out_stride);
  hn::StoreU(hn::BitCast(d, hn::InterleaveLower(wide, ab23, ce23)), d, m.out + 2 * m.out_stride);
  hn::StoreU(hn::BitCast(d, hn::InterleaveUpper(wide, ab23, ce23)), d, m.out + 3 * m.out_stride);
}

// Rows that fill vectors of D; the number of them.
template <class D>
HWY_INLINE int64_t TransposeRows(D d, const Matrices& m, int64_t rows, int64_t columns) {
  const auto step = static_cast<int64_t>(hn::Lanes(d));
  int64_t r = 0;
  for (; r + step <= rows; r += step) {
    Matrices part{m.in + r * m.in_stride, m.in_stride, m.out + r, m.out_stride};
    int64_t c = 0;
    for (; c + 4 <= columns; c += 4, part.in += 4, part.out += 4 * m.out_stride) {
      TransposeFourColumns(d, part);
    }
    TransposePlain(part, step, columns - c);
  }
  return r;
}

#endif  // HWY_TARGET != HWY_SCALAR

// Columns are taken in strips of two cache lines, so that what is read of a line is used at once
// and what is written stays in the first cache.
void TransposeAll(const float* in, int64_t in_stride, int64_t rows, int64_t columns, float* out,
                  int64_t out_stride) {
  constexpr int64_t kStrip = 32;
  for (int64_t begin = 0; begin < columns; begin += kStrip) {
    const int64_t width = std::min(kStrip, columns - begin);
    const Matrices strip{in + begin, in_stride, out + begin * out_stride, out_stride};
    int64_t done = 0;
#if HWY_TARGET != HWY_SCALAR
    done = TransposeRows(hn::CappedTag<float, 16>(), strip, rows, width);
    const Matrices few{strip.in + done * in_stride, in_stride, strip.out + done, out_stride};
    done += TransposeRows(hn::CappedTag<float, 4>(), few, rows - done, width);
#endif
    TransposePlain({strip.in + done * in_stride, in_stride, strip.out + done, out_stride},
                   rows - done, width);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace mmdeploy::op
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mmdeploy::op {

HWY_EXPORT(TransposeAll);

void Transpose(const float* in, int64_t in_stride, int64_t rows, int64_t columns, float* out,
               int64_t out_stride) {
  HWY_DYNAMIC_DISPATCH(TransposeAll)(in, in_stride, rows, columns, out, out_stride);
}

}  // namespace mmdeploy::op
#endif  // HWY_ONCE
