#pragma once

#include <cstdint>

namespace mmdeploy {

// IEEE 754 half precision in 16 bits. Conversion to half rounds to nearest, ties to even; what is
// too large becomes infinity, NaN stays NaN.
constexpr float kLargestHalf = 65504;
float HalfToFloat(uint16_t half);
uint16_t FloatToHalf(float value);

// Whether a finite number is too large for a half.
bool OverflowsHalf(float value);

}  // namespace mmdeploy
