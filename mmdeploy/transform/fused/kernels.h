#pragma once

#include <cstddef>
#include <cstdint>

namespace mmdeploy {

// The inner loops of the fused pass, vectorised for the processor at hand. All of them work on rows
// of pixels that have 4 bytes each, and on counts that are multiples of kPixelBlock: rows and
// tables are padded.
constexpr int kPixelBlock = 16;

// Bytes that a kernel may read beyond the last pixel of a source row.
constexpr int kOverread = 16;

inline int PadToBlock(int pixels) { return (pixels + kPixelBlock - 1) / kPixelBlock * kPixelBlock; }

// Copies the pixels at these byte offsets.
void GatherPixels(const uint8_t* row, const int64_t* offsets, int count, uint32_t* out);

// Horizontal part of OpenCV's bilinear scaling: output pixel i is made of the two neighbouring
// pixels at byte offset offsets[i], with weights of 11 bits, twice in weights[i] (four int16:
// left, right, left, right).
struct BilinearColumns {
  const int64_t* offsets;
  const uint64_t* weights;
  int count;
  int pixel_bytes;  // 3 or 4
};

// One output row from two source rows with weights of 11 bits; bit-equal to cv::resize.
void BilinearRow(const uint8_t* row0, const uint8_t* row1, int weight0, int weight1,
                 const BilinearColumns& columns, uint32_t* out);

// Weights of Pillow's scaling, split as high * 2^kPillowLowBits + low, so that both parts fit the
// 16-bit multipliers.
constexpr int kPillowLowBits = 11;

// Horizontal part, for kPillowRows rows at a time, which share the weights: output pixel i is a sum
// over `taps` (a multiple of 4) neighbouring pixels from byte offset offsets[i]. `high` and `low`
// hold `taps` weights per output pixel.
constexpr int kPillowRows = 4;
struct PillowColumns {
  const int64_t* offsets;
  const int16_t* high;
  const int16_t* low;
  int taps;
  int count;
  int pixel_bytes;
};
void PillowColumnsRows(const uint8_t* const* rows, const PillowColumns& columns,
                       uint32_t* const* out);

// Vertical part: a weighted sum of `rows` (an even number of) rows.
void PillowRowsSum(const uint32_t* const* rows, const int16_t* high, const int16_t* low,
                   int num_rows, int count, uint32_t* out);

// How one output plane is made of a byte of each pixel.
struct Plane {
  int byte = 0;              // 0 to 3
  const float* table;        // the normalised value of each of the 256 bytes
  bool use_formula = false;  // fma(x - mean, scale, (x - mean) * scale_rest) gives the table
  float mean = 0, scale = 1, scale_rest = 0;
};

// Writes `count` (any number) elements of one plane.
void EmitFloat(const uint32_t* row, int count, const Plane& plane, float* out);
void EmitBytes(const uint32_t* row, int count, const Plane& plane, uint8_t* out);

}  // namespace mmdeploy
