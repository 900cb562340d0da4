#include "mmdeploy/transform/fused/scaler.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "mmdeploy/transform/pixels/pillow.h"

namespace mmdeploy {
namespace {

// One output coordinate of OpenCV's bilinear scaling: two neighbours and weights of 11 bits.
struct BilinearTap {
  int first;
  int weight0, weight1;
};

// Along a row OpenCV clamps the position to the image; along a column it clamps the rows it reads
// and keeps the weights. See cv::resize.
BilinearTap MakeBilinearTap(int out, double scale, int in_size, bool clamp_position) {
  constexpr float kOne = 2048;
  auto position = static_cast<float>((out + 0.5) * scale - 0.5);
  int first = static_cast<int>(std::floor(position));
  position -= static_cast<float>(first);
  if (clamp_position && first < 0) {
    first = 0;
    position = 0;
  }
  if (clamp_position && first >= in_size - 1) {
    first = in_size - 1;
    position = 0;
  }
  // nearbyint rounds half to even, as cvRound does.
  return {first, static_cast<int>(std::nearbyint((1.F - position) * kOne)),
          static_cast<int>(std::nearbyint(position * kOne))};
}

double ScaleOf(int in_size, int out_size) {
  return 1.0 / (static_cast<double>(out_size) / in_size);
}

std::vector<int> CvNearest(int in_size, int out_size, int begin, int size) {
  const double scale = ScaleOf(in_size, out_size);
  std::vector<int> source;
  for (int i = begin; i < begin + size; ++i) {
    source.push_back(std::min(static_cast<int>(std::floor(i * scale)), in_size - 1));
  }
  return source;
}

std::vector<int> Consecutive(int begin, int size) {
  std::vector<int> source;
  for (int i = 0; i < size; ++i) source.push_back(begin + i);
  return source;
}

void SplitWeight(int32_t weight, int16_t* high, int16_t* low) {
  *high = static_cast<int16_t>(weight >> kPillowLowBits);
  *low = static_cast<int16_t>(weight & ((1 << kPillowLowBits) - 1));
}

int RoundUp(int value, int multiple) { return (value + multiple - 1) / multiple * multiple; }

}  // namespace

Result<Scaler> Scaler::Make(const PixelView& source, int scaled_height, int scaled_width,
                            const Resampling& resampling, const Window& keep) {
  Scaler scaler;
  scaler.source_ = source;
  scaler.width_ = keep.width;
  const bool pillow = resampling.backend == ResizeBackend::kPillow;
  if (scaled_height == source.height && scaled_width == source.width) {
    scaler.MakeCopy(Consecutive(keep.top, keep.height), Consecutive(keep.left, keep.width));
  } else if (resampling.interpolation == Interpolation::kNearest) {
    const auto nearest = pillow ? MakePillowNearest : CvNearest;
    scaler.MakeCopy(nearest(source.height, scaled_height, keep.top, keep.height),
                    nearest(source.width, scaled_width, keep.left, keep.width));
  } else if (pillow) {
    scaler.MakePillow(scaled_height, scaled_width, resampling.interpolation, keep);
  } else if (resampling.interpolation == Interpolation::kBilinear) {
    scaler.MakeBilinear(scaled_height, scaled_width, keep);
  } else {
    return MakeError(Code::kNotSupported, "no fused kernel for this interpolation");
  }
  scaler.PadColumns();
  return scaler;
}

// Rows of one byte per pixel are widened to four before the kernels see them.
void Scaler::AddColumn(int pixel, int pixels_read) {
  const int pixel_bytes = source_.pixel_bytes == 1 ? 4 : source_.pixel_bytes;
  offsets_.push_back(int64_t{pixel} * pixel_bytes);
  row_bytes_ = std::max(row_bytes_, (int64_t{pixel} + pixels_read) * pixel_bytes + kOverread);
}

void Scaler::PadColumns() {
  const auto padded = static_cast<size_t>(PadToBlock(width_));
  offsets_.resize(padded, 0);
  if (kind_ == Kind::kBilinear) column_weights_.resize(padded, 0);
  column_high_.resize(padded * static_cast<size_t>(column_taps_), 0);
  column_low_.resize(padded * static_cast<size_t>(column_taps_), 0);
}

void Scaler::MakeCopy(const std::vector<int>& rows, const std::vector<int>& columns) {
  rows_ = rows;
  for (const int column : columns) AddColumn(column, 1);
}

void Scaler::MakeBilinear(int scaled_height, int scaled_width, const Window& keep) {
  kind_ = Kind::kBilinear;
  const double scale_x = ScaleOf(source_.width, scaled_width);
  for (int x = keep.left; x < keep.left + keep.width; ++x) {
    BilinearTap tap = MakeBilinearTap(x, scale_x, source_.width, true);
    if (tap.first == source_.width - 1 && tap.first > 0) {  // keep the pair inside the row
      --tap.first;
      std::swap(tap.weight0, tap.weight1);
    }
    AddColumn(tap.first, 2);
    const auto pair = static_cast<uint64_t>(tap.weight0 | tap.weight1 << 16);
    column_weights_.push_back(pair | pair << 32);
  }
  const double scale_y = ScaleOf(source_.height, scaled_height);
  for (int y = keep.top; y < keep.top + keep.height; ++y) {
    const BilinearTap tap = MakeBilinearTap(y, scale_y, source_.height, false);
    const int last = source_.height - 1;
    rows_.push_back(std::clamp(tap.first, 0, last));
    row_pairs_.push_back({std::clamp(tap.first + 1, 0, last), tap.weight0, tap.weight1});
  }
}

void Scaler::MakePillowColumns(int scaled_width, Interpolation interpolation, const Window& keep) {
  const auto axis =
      MakePillowAxis(source_.width, scaled_width, interpolation, keep.left, keep.width);
  column_taps_ = RoundUp(*std::max_element(axis.count.begin(), axis.count.end()), 4);
  const auto taps = static_cast<size_t>(column_taps_);
  column_high_.resize(taps * static_cast<size_t>(keep.width));
  column_low_.resize(column_high_.size());
  for (int x = 0; x < keep.width; ++x) {
    // The taps are moved to the left where they would leave the row.
    const int excess = axis.first[x] + column_taps_ - source_.width;
    const int moved = std::clamp(excess, 0, axis.first[x]);
    AddColumn(axis.first[x] - moved, column_taps_);
    for (int k = 0; k < axis.count[x]; ++k) {
      const size_t at = static_cast<size_t>(x) * taps + static_cast<size_t>(k + moved);
      SplitWeight(axis.weight(x)[k], &column_high_[at], &column_low_[at]);
    }
  }
}

void Scaler::MakePillow(int scaled_height, int scaled_width, Interpolation interpolation,
                        const Window& keep) {
  kind_ = Kind::kPillow;
  MakePillowColumns(scaled_width, interpolation, keep);
  const auto axis =
      MakePillowAxis(source_.height, scaled_height, interpolation, keep.top, keep.height);
  row_taps_ = RoundUp(*std::max_element(axis.count.begin(), axis.count.end()), 2);
  const auto taps = static_cast<size_t>(row_taps_);
  row_high_.resize(taps * static_cast<size_t>(keep.height));
  row_low_.resize(row_high_.size());
  for (int y = 0; y < keep.height; ++y) {
    rows_.push_back(axis.first[y]);
    for (int k = 0; k < axis.count[y]; ++k) {
      const size_t at = static_cast<size_t>(y) * taps + static_cast<size_t>(k);
      SplitWeight(axis.weight(y)[k], &row_high_[at], &row_low_[at]);
    }
  }
}

Result<void> RowMaker::Init() {
  const int64_t width = PadToBlock(scaler_.width_);
  const int64_t source_bytes = RoundUp(
      static_cast<int>(std::max<int64_t>(scaler_.row_bytes_, int64_t{4} * scaler_.source_.width) +
                       kOverread),
      64);
  // A few rows more than are summed up, because rows are made in groups.
  const bool pillow = scaler_.kind_ == Scaler::Kind::kPillow;
  const int64_t ring_rows = pillow ? scaler_.row_taps_ + kPillowRows - 1 : 0;
  const int64_t bytes = width * 4 * (2 + ring_rows) + kPillowRows * source_bytes;
  MMDEPLOY_TRY(memory_, Tensor::Allocate(DataType::kUint8, {bytes}, pool_));
  out_ = memory_.data<uint32_t>();
  unused_ = out_ + width;
  ring_ = unused_ + width;
  slots_[0] = reinterpret_cast<uint8_t*>(ring_ + ring_rows * width);
  for (int i = 1; i < kPillowRows; ++i) slots_[i] = slots_[i - 1] + source_bytes;
  ring_rows_.assign(static_cast<size_t>(ring_rows), -1);
  taps_.resize(pillow ? static_cast<size_t>(scaler_.row_taps_) : 0);
  return {};
}

const uint8_t* RowMaker::SourceRow(int y) {
  const int slot = y % kPillowRows;  // rows that are needed together follow each other
  const PixelView& source = scaler_.source_;
  const int64_t offset = y * source.stride;
  const bool in_place = source.pixel_bytes > 1 && offset + scaler_.row_bytes_ <= source.readable;
  if (in_place) return source.data + offset;
  if (slot_rows_[slot] == y) return slots_[slot];
  slot_rows_[slot] = y;
  const uint8_t* row = source.data + offset;
  if (source.pixel_bytes > 1) {
    std::memcpy(slots_[slot], row, static_cast<size_t>(source.width) * source.pixel_bytes);
  } else {
    auto* pixels = reinterpret_cast<uint32_t*>(slots_[slot]);
    for (int x = 0; x < source.width; ++x) pixels[x] = row[x] * 0x01010101U;
  }
  return slots_[slot];
}

uint32_t* RowMaker::RingRow(int source_row) {
  const auto place = static_cast<size_t>(source_row) % ring_rows_.size();
  return ring_ + place * static_cast<size_t>(PadToBlock(scaler_.width_));
}

// Scales a group of rows horizontally, from `source_row` on.
void RowMaker::ScaleColumns(int source_row) {
  const int last = scaler_.source_.height - 1;
  const uint8_t* rows[kPillowRows];
  uint32_t* out[kPillowRows];
  for (int i = 0; i < kPillowRows; ++i) {
    const int row = source_row + i;
    rows[i] = SourceRow(std::min(row, last));
    out[i] = row <= last ? RingRow(row) : unused_;
    if (row <= last) ring_rows_[static_cast<size_t>(row) % ring_rows_.size()] = row;
  }
  PillowColumnsRows(
      rows,
      {scaler_.offsets_.data(), scaler_.column_high_.data(), scaler_.column_low_.data(),
       scaler_.column_taps_, PadToBlock(scaler_.width_), scaler_.source_.pixel_bytes == 3 ? 3 : 4},
      out);
}

void RowMaker::PillowRow(int y) {
  const auto taps = static_cast<size_t>(scaler_.row_taps_);
  const size_t at = static_cast<size_t>(y) * taps;
  const int last = scaler_.source_.height - 1;
  for (size_t k = 0; k < taps; ++k) {
    // Rows beyond the image have weight 0.
    const int row = std::min(scaler_.rows_[y] + static_cast<int>(k), last);
    if (ring_rows_[static_cast<size_t>(row) % ring_rows_.size()] != row) ScaleColumns(row);
    taps_[k] = RingRow(row);
  }
  PillowRowsSum(taps_.data(), scaler_.row_high_.data() + at, scaler_.row_low_.data() + at,
                scaler_.row_taps_, PadToBlock(scaler_.width_), out_);
}

const uint32_t* RowMaker::Row(int y) {
  const int width = PadToBlock(scaler_.width_);
  const int pixel_bytes = scaler_.source_.pixel_bytes == 3 ? 3 : 4;
  switch (scaler_.kind_) {
    case Scaler::Kind::kCopy:
      GatherPixels(SourceRow(scaler_.rows_[y]), scaler_.offsets_.data(), width, out_);
      break;
    case Scaler::Kind::kBilinear: {
      const auto& pair = scaler_.row_pairs_[y];
      BilinearRow(SourceRow(scaler_.rows_[y]), SourceRow(pair.second), pair.weight0, pair.weight1,
                  {scaler_.offsets_.data(), scaler_.column_weights_.data(), width, pixel_bytes},
                  out_);
      break;
    }
    case Scaler::Kind::kPillow:
      PillowRow(y);
      break;
  }
  return out_;
}

}  // namespace mmdeploy
