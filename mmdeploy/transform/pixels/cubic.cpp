#include "mmdeploy/transform/pixels/cubic.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "mmdeploy/transform/pixels/pixels.h"

namespace mmdeploy {
namespace {

constexpr int kTaps = 4;

// What a pixel of the result is made of along one axis.
struct Taps {
  std::array<int, kTaps> from;
  std::array<float, kTaps> weight;
};

// Keys' cubic convolution with a = -0.75, as OpenCV.
double Weight(double distance) {
  constexpr double kA = -0.75;
  const double t = std::abs(distance);
  return t <= 1 ? ((kA + 2) * t - (kA + 3)) * t * t + 1 : (((t - 5) * t + 8) * t - 4) * kA;
}

std::vector<Taps> TapsOf(int from, int to) {
  std::vector<Taps> all(static_cast<size_t>(to));
  const double scale = static_cast<double>(from) / to;
  for (int i = 0; i < to; ++i) {
    const double place = (i + 0.5) * scale - 0.5;
    const double floor = std::floor(place);
    Taps& taps = all[static_cast<size_t>(i)];
    for (int k = 0; k < kTaps; ++k) {
      taps.from[k] = std::clamp(static_cast<int>(floor) + k - 1, 0, from - 1);
      taps.weight[k] = static_cast<float>(Weight(place - floor - (k - 1)));
    }
  }
  return all;
}

// A row of the result before it is resized along the row.
void AlongColumns(const Tensor& img, const Taps& taps, int64_t count, float* out) {
  std::array<const uint8_t*, kTaps> rows;
  for (int k = 0; k < kTaps; ++k) rows[k] = img.data<uint8_t>() + taps.from[k] * count;
  const auto [w0, w1, w2, w3] = taps.weight;
  for (int64_t i = 0; i < count; ++i) {
    out[i] = ((static_cast<float>(rows[0][i]) * w0 + static_cast<float>(rows[1][i]) * w1) +
              static_cast<float>(rows[2][i]) * w2) +
             static_cast<float>(rows[3][i]) * w3;
  }
}

void AlongRow(const float* row, const std::vector<Taps>& columns, int channels, uint8_t* out) {
  for (const Taps& taps : columns) {
    const auto& w = taps.weight;
    for (int c = 0; c < channels; ++c) {
      const auto at = [&](int k) { return row[taps.from[k] * channels + c]; };
      const float sum = ((at(0) * w[0] + at(1) * w[1]) + at(2) * w[2]) + at(3) * w[3];
      *out++ = ToByte(sum);
    }
  }
}

}  // namespace

bool HasCubicResize(const Tensor& img) {
  return img.dtype() == DataType::kUint8 && img.shape()[0] >= kTaps && img.shape()[1] >= kTaps;
}

Result<Tensor> CubicResize(const Tensor& img, int height, int width,
                           const TransformContext& context) {
  MMDEPLOY_TRY(const ImageShape in, CheckPixels(img));
  MMDEPLOY_TRY(Tensor out, AllocatePixels(img.dtype(), {height, width, in.channels}, context));
  const auto rows = TapsOf(in.height, height);
  const auto columns = TapsOf(in.width, width);
  const int64_t count = int64_t{in.width} * in.channels;
  std::vector<float> row(static_cast<size_t>(count));
  auto* to = out.data<uint8_t>();
  for (const Taps& taps : rows) {
    AlongColumns(img, taps, count, row.data());
    AlongRow(row.data(), columns, in.channels, to);
    to += int64_t{width} * in.channels;
  }
  return out;
}

}  // namespace mmdeploy
