#pragma once

#include <cstdint>

namespace mmdeploy {

// IEEE 754 half precision in 16 bits. Conversion to half rounds to nearest, ties to even; what is
// too large becomes infinity, NaN stays NaN.
float HalfToFloat(uint16_t half);
uint16_t FloatToHalf(float value);

}  // namespace mmdeploy
