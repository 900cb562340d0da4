#pragma once

#include <cstdint>

// A matrix product in float32 of blocks that lie in the second cache: C += A * B, where A is a
// block of rows with a fixed stride and B has been packed.

namespace mmdeploy::op {

// Most columns of A, and the stride of its rows: a little more, because rows at a power of two
// would share the same few places of the first cache.
constexpr int64_t kGemmDepth = 256;
constexpr int64_t kGemmStride = kGemmDepth + 16;

// A and C have whole tiles of rows; what is in those beyond `rows` is calculated for nothing.
constexpr int64_t kGemmTileRows = 42;
inline int64_t GemmPadRows(int64_t rows) {
  return (rows + kGemmTileRows - 1) / kGemmTileRows * kGemmTileRows;
}

// B is packed in panels of so many columns, the last one filled up with zeros: panel p, row k has
// its columns one after the other at panels[(p * depth + k) * GemmPanelColumns()]. Depends on the
// processor, is at most kGemmMaxPanelColumns and divides it.
constexpr int64_t kGemmMaxPanelColumns = 32;
int64_t GemmPanelColumns();
inline int64_t GemmPadColumns(int64_t columns) {
  return (columns + kGemmMaxPanelColumns - 1) / kGemmMaxPanelColumns * kGemmMaxPanelColumns;
}

struct GemmBlock {
  const float* a;        // rows of kGemmStride
  int64_t rows;          // 1 or more
  int64_t depth;         // 0 to kGemmDepth
  const float* panels;   // B
  int64_t panel_stride;  // from one panel to the next
  int64_t columns;       // a multiple of kGemmMaxPanelColumns
  float* c;              // as many rows as A
  int64_t c_stride;
};

// C += A * B.
void GemmAdd(const GemmBlock& block);

}  // namespace mmdeploy::op
