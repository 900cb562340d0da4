#pragma once

#include <cstdint>
#include <vector>

#include "mmdeploy/transform/fused/kernels.h"
#include "mmdeploy/transform/pixels/resample.h"

namespace mmdeploy {

// Pixels of 1, 3 or 4 bytes that the pass reads from; rows may be strided.
struct PixelView {
  const uint8_t* data = nullptr;
  int64_t stride = 0;    // bytes
  int64_t readable = 0;  // bytes from `data` to the end of the memory
  int height = 0, width = 0;
  int pixel_bytes = 0;
};

// Makes rows of a scaled image, of which only a window is wanted. Immutable after Make; each thread
// has its own RowMaker.
class Scaler {
 public:
  // Errors (kNotSupported): a kind of resampling that only the plain steps have.
  static Result<Scaler> Make(const PixelView& source, int scaled_height, int scaled_width,
                             const Resampling& resampling, const Window& keep);

 private:
  friend class RowMaker;

  enum class Kind { kCopy, kBilinear, kPillow };

  void MakeCopy(const std::vector<int>& rows, const std::vector<int>& columns);
  void MakeBilinear(int scaled_height, int scaled_width, const Window& keep);
  void MakePillow(int scaled_height, int scaled_width, Interpolation interpolation,
                  const Window& keep);
  void MakePillowColumns(int scaled_width, Interpolation interpolation, const Window& keep);
  void AddColumn(int pixel, int pixels_read);
  void PadColumns();

  PixelView source_;
  Kind kind_ = Kind::kCopy;
  int width_ = 0;                 // of the window
  int64_t row_bytes_ = 0;         // bytes of a source row that the kernels may touch
  std::vector<int64_t> offsets_;  // of the first source pixel of each output pixel, bytes
  std::vector<int> rows_;         // first source row of each output row

  std::vector<uint64_t> column_weights_;  // bilinear, see BilinearColumns
  struct RowPair {
    int second;  // source row
    int weight0, weight1;
  };
  std::vector<RowPair> row_pairs_;  // bilinear

  int column_taps_ = 0;  // Pillow: a multiple of 4
  int row_taps_ = 0;     // Pillow: even
  std::vector<int16_t> column_high_, column_low_, row_high_, row_low_;
};

// Makes the rows of a window one after the other. Not thread-safe.
class RowMaker {
 public:
  RowMaker(const Scaler& scaler, BufferPool* pool) : scaler_(scaler), pool_(pool) {}

  // Errors: kOutOfMemory.
  Result<void> Init();

  // Row `y` of the window: 4 bytes per pixel, padded to whole blocks; valid until the next call.
  const uint32_t* Row(int y);

 private:
  const uint8_t* SourceRow(int y);
  void PillowRow(int y);
  uint32_t* RingRow(int source_row);
  void ScaleColumns(int source_row);

  const Scaler& scaler_;
  BufferPool* pool_;
  Tensor memory_;
  uint32_t* out_ = nullptr;
  // Copies of source rows that cannot be read in place, and which rows they hold.
  uint8_t* slots_[kPillowRows] = {};
  int slot_rows_[kPillowRows] = {-1, -1, -1, -1};
  uint32_t* ring_ = nullptr;           // Pillow: rows scaled horizontally
  uint32_t* unused_ = nullptr;         // Pillow: takes rows that do not exist
  std::vector<int> ring_rows_;         // which source row each place holds, or -1
  std::vector<const uint32_t*> taps_;  // Pillow: the rows that are summed up
};

}  // namespace mmdeploy
