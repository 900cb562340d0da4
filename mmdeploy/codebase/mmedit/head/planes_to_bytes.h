#pragma once

#include <cstdint>

namespace mmdeploy {

// Planes [channels,area] of values in 0..1 as interleaved bytes [area,channels]: saturated, times
// 255, halves to the even neighbour. `channels` is 1 or 3. Uses up to `num_threads` threads.
// Returns false if a value is NaN; the pixels mean nothing then.
[[nodiscard]] bool PlanesToBytes(const float* planes, int64_t channels, int64_t area,
                                 int num_threads, uint8_t* pixels);

// The same, value by value, of numbers only: what it means.
void PlanesToBytesReference(const float* planes, int64_t channels, int64_t area, uint8_t* pixels);

}  // namespace mmdeploy
