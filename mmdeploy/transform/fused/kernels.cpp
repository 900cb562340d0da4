#include "mmdeploy/transform/fused/kernels.h"

#include <cstring>

#include "mmdeploy/transform/fused/kernels_plain.h"

// Instruction sets with vectors of unknown length pack lanes in an order of their own.
#define HWY_DISABLED_TARGETS (HWY_RVV | HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "mmdeploy/transform/fused/kernels.cpp"
#include <hwy/foreach_target.h>
// foreach_target.h comes first.
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace mmdeploy {
namespace HWY_NAMESPACE {

void GatherPixels(const uint8_t* row, const int64_t* offsets, int count, uint32_t* out) {
  for (int i = 0; i < count; ++i) std::memcpy(out + i, row + offsets[i], sizeof(uint32_t));
}

void EmitBytes(const uint32_t* row, int count, const Plane& plane, uint8_t* out) {
  const int shift = 8 * plane.byte;
  for (int x = 0; x < count; ++x) out[x] = static_cast<uint8_t>(row[x] >> shift);
}

#if HWY_TARGET == HWY_SCALAR

using plain::BilinearRow;
using plain::EmitFloat;
using plain::PillowColumnsRows;
using plain::PillowRowsSum;

#else

namespace hn = hwy::HWY_NAMESPACE;

using U8 = hn::ScalableTag<uint8_t>;
using I16 = hn::ScalableTag<int16_t>;
using I32 = hn::ScalableTag<int32_t>;
using U32 = hn::ScalableTag<uint32_t>;
using F32 = hn::ScalableTag<float>;
using I64 = hn::ScalableTag<int64_t>;
using U64 = hn::ScalableTag<uint64_t>;

// Products of int16 lanes, neighbours added: lane i is a[2i] * b[2i] + a[2i+1] * b[2i+1].
template <class D32, class V16>
HWY_INLINE hn::Vec<D32> PairwiseDot(D32 d, V16 a, V16 b) {
  auto rest = hn::Zero(d);
  const auto sum = hn::ReorderWidenMulAccumulate(d, a, b, hn::Zero(d), rest);
  return hn::RearrangeToOddPlusEven(sum, rest);
}

// For TableLookupBytesOr0 on 16 bytes: the channels of two neighbouring pixels that start at byte
// `at`, as 16-bit numbers: b0 b1 g0 g1 r0 r1 0 0.
struct PairShuffle {
  alignas(16) uint8_t bytes[16];

  PairShuffle(int at, int pixel_bytes) {
    for (int i = 0; i < 8; ++i) {
      const int channel = i / 2;
      bytes[2 * i] = static_cast<uint8_t>(channel == 3 ? 0x80 : at + channel + i % 2 * pixel_bytes);
      bytes[2 * i + 1] = 0x80;
    }
  }
};

// Horizontal sums of a vector of pixels, scaled down to 15 bits: per pixel 4 channels of 16 bits.
template <class V8>
HWY_INLINE hn::Vec<I16> BilinearColumnsSum(V8 pixels, V8 even, V8 odd, hn::Vec<I16> even_weights,
                                           hn::Vec<I16> odd_weights) {
  const I16 d16;
  const I32 d32;
  const auto lower =
      PairwiseDot(d32, hn::BitCast(d16, hn::TableLookupBytesOr0(pixels, even)), even_weights);
  const auto upper =
      PairwiseDot(d32, hn::BitCast(d16, hn::TableLookupBytesOr0(pixels, odd)), odd_weights);
  return hn::ReorderDemote2To(d16, hn::ShiftRight<4>(lower), hn::ShiftRight<4>(upper));
}

template <bool kTwoRows>
HWY_INLINE void BilinearRowOf(const uint8_t* row0, const uint8_t* row1, int weight0, int weight1,
                              const BilinearColumns& columns, uint32_t* out) {
  const U8 d8;
  const I16 d16;
  const I64 di64;
  const U64 d64;
  const hn::Rebind<uint8_t, I16> half8;
  const PairShuffle even_shuffle(0, columns.pixel_bytes);
  const PairShuffle odd_shuffle(8, columns.pixel_bytes);
  const auto even = hn::LoadDup128(d8, even_shuffle.bytes);
  const auto odd = hn::LoadDup128(d8, odd_shuffle.bytes);
  const auto w0 = hn::Set(d16, static_cast<int16_t>(weight0));
  const auto w1 = hn::Set(d16, static_cast<int16_t>(weight1));
  const auto two = hn::Set(d16, 2);
  const int step = static_cast<int>(hn::Lanes(d64));
  for (int x = 0; x < columns.count; x += step) {
    const auto offsets = hn::LoadU(di64, columns.offsets + x);
    const auto weights = hn::LoadU(d64, columns.weights + x);
    const auto even_weights = hn::BitCast(d16, hn::InterleaveLower(d64, weights, weights));
    const auto odd_weights = hn::BitCast(d16, hn::InterleaveUpper(d64, weights, weights));
    const auto load = [&](const uint8_t* row) HWY_ATTR {
      return hn::BitCast(d8,
                         hn::GatherOffset(d64, reinterpret_cast<const uint64_t*>(row), offsets));
    };
    auto sum =
        hn::MulHigh(BilinearColumnsSum(load(row0), even, odd, even_weights, odd_weights), w0);
    if (kTwoRows) {
      sum = hn::Add(
          sum,
          hn::MulHigh(BilinearColumnsSum(load(row1), even, odd, even_weights, odd_weights), w1));
    }
    hn::StoreU(hn::DemoteTo(half8, hn::ShiftRight<2>(hn::Add(sum, two))), half8,
               reinterpret_cast<uint8_t*>(out + x));
  }
}

void BilinearRow(const uint8_t* row0, const uint8_t* row1, int weight0, int weight1,
                 const BilinearColumns& columns, uint32_t* out) {
  if (weight1 == 0) {
    BilinearRowOf<false>(row0, row1, weight0, weight1, columns, out);
  } else {
    BilinearRowOf<true>(row0, row1, weight0, weight1, columns, out);
  }
}

constexpr int32_t kPillowHalf = 1 << 21;
constexpr int kPillowBits = 22;

// Two neighbouring weights in every lane.
template <class D32>
HWY_INLINE hn::Vec<hn::Repartition<int16_t, D32>> WeightPair(D32 d, const int16_t* weights) {
  int32_t both;
  std::memcpy(&both, weights, sizeof(both));
  return hn::BitCast(hn::Repartition<int16_t, D32>(), hn::Set(d, both));
}

// 16 bytes of each of as many rows as the vector has blocks.
template <class D>
HWY_INLINE hn::Vec<D> LoadBlocks(D d, const uint8_t* const* rows, int64_t offset) {
  if constexpr (hn::MaxLanes(D()) <= 16) {
    return hn::LoadU(d, rows[0] + offset);
  } else {
    const hn::Half<D> half;
    return hn::Combine(d, LoadBlocks(half, rows + hn::MaxLanes(half) / 16, offset),
                       LoadBlocks(half, rows, offset));
  }
}

// As many rows as a vector has blocks of 16 bytes.
HWY_INLINE void PillowColumnsBlock(const uint8_t* const* rows, const PillowColumns& columns,
                                   uint32_t* const* out) {
  const hn::CappedTag<uint8_t, 16 * kPillowRows> d8;
  const hn::Repartition<int16_t, decltype(d8)> d16;
  const hn::Repartition<int32_t, decltype(d8)> d32;
  const hn::Rebind<uint8_t, decltype(d32)> out8;
  constexpr size_t kRows = hn::MaxLanes(d8) / 16;
  const PairShuffle first_shuffle(0, columns.pixel_bytes);
  const PairShuffle second_shuffle(2 * columns.pixel_bytes, columns.pixel_bytes);
  const auto first = hn::LoadDup128(d8, first_shuffle.bytes);
  const auto second = hn::LoadDup128(d8, second_shuffle.bytes);
  const int16_t* high = columns.high;
  const int16_t* low = columns.low;
  for (int x = 0; x < columns.count; ++x) {
    auto high_sum = hn::Zero(d32);
    auto low_sum = hn::Set(d32, kPillowHalf);
    int64_t offset = columns.offsets[x];
    for (int k = 0; k < columns.taps; k += 4, offset += 4 * columns.pixel_bytes) {
      const auto pixels = LoadBlocks(d8, rows, offset);
      const auto pixels01 = hn::BitCast(d16, hn::TableLookupBytesOr0(pixels, first));
      const auto pixels23 = hn::BitCast(d16, hn::TableLookupBytesOr0(pixels, second));
      high_sum = hn::Add(high_sum, PairwiseDot(d32, pixels01, WeightPair(d32, high + k)));
      high_sum = hn::Add(high_sum, PairwiseDot(d32, pixels23, WeightPair(d32, high + k + 2)));
      low_sum = hn::Add(low_sum, PairwiseDot(d32, pixels01, WeightPair(d32, low + k)));
      low_sum = hn::Add(low_sum, PairwiseDot(d32, pixels23, WeightPair(d32, low + k + 2)));
    }
    const auto sum = hn::Add(hn::ShiftLeft<kPillowLowBits>(high_sum), low_sum);
    uint32_t pixels[kRows];
    hn::StoreU(hn::DemoteTo(out8, hn::ShiftRight<kPillowBits>(sum)), out8,
               reinterpret_cast<uint8_t*>(pixels));
    for (size_t r = 0; r < kRows; ++r) out[r][x] = pixels[r];
    high += columns.taps;
    low += columns.taps;
  }
}

void PillowColumnsRows(const uint8_t* const* rows, const PillowColumns& columns,
                       uint32_t* const* out) {
  const hn::CappedTag<uint8_t, 16 * kPillowRows> d8;
  constexpr int kStep = static_cast<int>(hn::MaxLanes(d8) / 16);
  for (int r = 0; r < kPillowRows; r += kStep) PillowColumnsBlock(rows + r, columns, out + r);
}

void PillowRowsSum(const uint32_t* const* rows, const int16_t* high, const int16_t* low,
                   int num_rows, int count, uint32_t* out) {
  const I32 d32;
  const hn::Rebind<uint8_t, I32> d8;
  const int step = static_cast<int>(hn::Lanes(d32));
  for (int x = 0; x < 4 * count; x += step) {
    auto high_sum = hn::Zero(d32);
    auto low_sum = hn::Set(d32, kPillowHalf);
    for (int k = 0; k < num_rows; k += 2) {
      const auto load = [&](int row) HWY_ATTR {
        return hn::PromoteTo(d32, hn::LoadU(d8, reinterpret_cast<const uint8_t*>(rows[row]) + x));
      };
      const auto pixels = hn::BitCast(I16(), hn::Or(load(k), hn::ShiftLeft<16>(load(k + 1))));
      high_sum = hn::Add(high_sum, PairwiseDot(d32, pixels, WeightPair(d32, high + k)));
      low_sum = hn::Add(low_sum, PairwiseDot(d32, pixels, WeightPair(d32, low + k)));
    }
    const auto sum = hn::Add(hn::ShiftLeft<kPillowLowBits>(high_sum), low_sum);
    hn::StoreU(hn::DemoteTo(d8, hn::ShiftRight<kPillowBits>(sum)), d8,
               reinterpret_cast<uint8_t*>(out) + x);
  }
}

// Whether MulAdd rounds once.
#if HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX3_DL || \
    (HWY_TARGET == HWY_NEON && HWY_ARCH_ARM_A64)
constexpr bool kFusedMulAdd = true;
#else
constexpr bool kFusedMulAdd = false;
#endif

template <class V>
HWY_INLINE hn::Vec<I32> ByteOf(V pixels, int byte) {
  const U32 d;
  const auto shifted = hn::ShiftRightSame(pixels, 8 * byte);
  return hn::BitCast(I32(), hn::And(shifted, hn::Set(d, 0xFF)));
}

void EmitFloat(const uint32_t* row, int count, const Plane& plane, float* out) {
  const F32 df;
  const U32 du;
  const int step = static_cast<int>(hn::Lanes(df));
  const auto mean = hn::Set(df, plane.mean);
  const auto scale = hn::Set(df, plane.scale);
  const auto rest = hn::Set(df, plane.scale_rest);
  const bool use_formula = kFusedMulAdd && plane.use_formula;
  const auto convert = [&](int x) HWY_ATTR {
    const auto bytes = ByteOf(hn::LoadU(du, row + x), plane.byte);
    if (!use_formula) return hn::GatherIndex(df, plane.table, bytes);
    const auto value = hn::Sub(hn::ConvertTo(df, bytes), mean);
    return hn::MulAdd(value, scale, hn::Mul(value, rest));
  };
  int x = 0;
  for (; x + step <= count; x += step) hn::StoreU(convert(x), df, out + x);
  if (x < count) {
    HWY_ALIGN float tail[HWY_MAX_BYTES / sizeof(float)];
    hn::Store(convert(x), df, tail);
    std::memcpy(out + x, tail, static_cast<size_t>(count - x) * sizeof(float));
  }
}

#endif  // HWY_TARGET == HWY_SCALAR

}  // namespace HWY_NAMESPACE
}  // namespace mmdeploy
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mmdeploy {

HWY_EXPORT(GatherPixels);
HWY_EXPORT(BilinearRow);
HWY_EXPORT(PillowColumnsRows);
HWY_EXPORT(PillowRowsSum);
HWY_EXPORT(EmitFloat);
HWY_EXPORT(EmitBytes);

void GatherPixels(const uint8_t* row, const int64_t* offsets, int count, uint32_t* out) {
  HWY_DYNAMIC_DISPATCH(GatherPixels)(row, offsets, count, out);
}

void BilinearRow(const uint8_t* row0, const uint8_t* row1, int weight0, int weight1,
                 const BilinearColumns& columns, uint32_t* out) {
  HWY_DYNAMIC_DISPATCH(BilinearRow)(row0, row1, weight0, weight1, columns, out);
}

void PillowColumnsRows(const uint8_t* const* rows, const PillowColumns& columns,
                       uint32_t* const* out) {
  HWY_DYNAMIC_DISPATCH(PillowColumnsRows)(rows, columns, out);
}

void PillowRowsSum(const uint32_t* const* rows, const int16_t* high, const int16_t* low,
                   int num_rows, int count, uint32_t* out) {
  HWY_DYNAMIC_DISPATCH(PillowRowsSum)(rows, high, low, num_rows, count, out);
}

void EmitFloat(const uint32_t* row, int count, const Plane& plane, float* out) {
  HWY_DYNAMIC_DISPATCH(EmitFloat)(row, count, plane, out);
}

void EmitBytes(const uint32_t* row, int count, const Plane& plane, uint8_t* out) {
  HWY_DYNAMIC_DISPATCH(EmitBytes)(row, count, plane, out);
}

}  // namespace mmdeploy
#endif  // HWY_ONCE
