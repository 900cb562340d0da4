#pragma once

#include <cstdint>

namespace mmdeploy::op {

// out[c * out_stride + r] = in[r * in_stride + c] for rows r and columns c.
void Transpose(const float* in, int64_t in_stride, int64_t rows, int64_t columns, float* out,
               int64_t out_stride);

}  // namespace mmdeploy::op
