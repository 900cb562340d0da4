#pragma once

#include <algorithm>
#include <cstring>

#include "mmdeploy/transform/fused/kernels.h"

// The kernels without vectors: their definition, and what processors without SIMD run.
namespace mmdeploy::plain {

inline uint8_t ByteOf(uint32_t pixel, int byte) { return static_cast<uint8_t>(pixel >> 8 * byte); }

inline void BilinearRow(const uint8_t* row0, const uint8_t* row1, int weight0, int weight1,
                        const BilinearColumns& columns, uint32_t* out) {
  for (int x = 0; x < columns.count; ++x) {
    int16_t weights[4];
    std::memcpy(weights, columns.weights + x, sizeof(weights));
    const auto sum = [&](const uint8_t* row, int c) {
      const uint8_t* pixel = row + columns.offsets[x] + c;
      return (pixel[0] * weights[0] + pixel[columns.pixel_bytes] * weights[1]) >> 4;
    };
    out[x] = 0;
    for (int c = 0; c < 3; ++c) {
      const int upper = (sum(row0, c) * weight0) >> 16;
      const int lower = weight1 ? (sum(row1, c) * weight1) >> 16 : 0;
      out[x] |= static_cast<uint32_t>((upper + lower + 2) >> 2) << 8 * c;
    }
  }
}

inline uint32_t FromPillowSum(int32_t high, int32_t low) {
  const int32_t sum = high * (1 << kPillowLowBits) + low + (1 << 21);
  return static_cast<uint32_t>(std::clamp(sum >> 22, 0, 255));
}

inline void PillowColumnsRows(const uint8_t* const* rows, const PillowColumns& columns,
                              uint32_t* const* out) {
  for (int x = 0; x < columns.count; ++x) {
    const int16_t* high = columns.high + static_cast<size_t>(x) * columns.taps;
    const int16_t* low = columns.low + static_cast<size_t>(x) * columns.taps;
    for (int r = 0; r < kPillowRows; ++r) {
      uint32_t pixel = 0;
      for (int c = 0; c < 3; ++c) {
        int32_t high_sum = 0, low_sum = 0;
        for (int k = 0; k < columns.taps; ++k) {
          const int value = rows[r][columns.offsets[x] + k * columns.pixel_bytes + c];
          high_sum += value * high[k];
          low_sum += value * low[k];
        }
        pixel |= FromPillowSum(high_sum, low_sum) << 8 * c;
      }
      out[r][x] = pixel;
    }
  }
}

inline void PillowRowsSum(const uint32_t* const* rows, const int16_t* high, const int16_t* low,
                          int num_rows, int count, uint32_t* out) {
  for (int x = 0; x < count; ++x) {
    out[x] = 0;
    for (int c = 0; c < 3; ++c) {
      int32_t high_sum = 0, low_sum = 0;
      for (int k = 0; k < num_rows; ++k) {
        high_sum += ByteOf(rows[k][x], c) * high[k];
        low_sum += ByteOf(rows[k][x], c) * low[k];
      }
      out[x] |= FromPillowSum(high_sum, low_sum) << 8 * c;
    }
  }
}

inline void EmitFloat(const uint32_t* row, int count, const Plane& plane, float* out) {
  for (int x = 0; x < count; ++x) out[x] = plane.table[ByteOf(row[x], plane.byte)];
}

}  // namespace mmdeploy::plain
