#pragma once

#include <cstdint>

// Rows of maps, in vectors.
namespace mmdeploy::mmocr {

struct RowContent {
  bool has_text = false, has_nan = false;
};

// Writes 1 where a value is above the threshold and 0 elsewhere.
RowContent ThresholdRow(const float* values, int64_t count, float threshold, uint8_t* mask);

// How many values there are before the first that is not 0.
int64_t CountZeros(const uint8_t* values, int64_t count);

// The sum of the values where the mask (0 or 1) is set.
double SumInside(const float* values, const uint8_t* mask, int64_t count);

}  // namespace mmdeploy::mmocr
