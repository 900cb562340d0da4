#include "mmdeploy/transform/pixels/pillow.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace mmdeploy {
namespace {

constexpr double kPi = 3.14159265358979323846;

double Sinc(double x) { return x == 0 ? 1 : std::sin(x * kPi) / (x * kPi); }

double Box(double x) { return x > -0.5 && x <= 0.5 ? 1 : 0; }

double Triangle(double x) { return std::abs(x) < 1 ? 1 - std::abs(x) : 0; }

double Hamming(double x) {
  x = std::abs(x);
  if (x == 0) return 1;
  if (x >= 1) return 0;
  return Sinc(x) * (0.54 + 0.46 * std::cos(x * kPi));
}

double Cubic(double x) {
  constexpr double a = -0.5;
  x = std::abs(x);
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * a;
  return 0;
}

double Lanczos(double x) { return x >= -3 && x < 3 ? Sinc(x) * Sinc(x / 3) : 0; }

struct Filter {
  double (*function)(double);
  double support;  // the function is 0 outside [-support, support]
};

Filter FilterOf(Interpolation interpolation) {
  switch (interpolation) {
    case Interpolation::kBox:
      return {Box, 0.5};
    case Interpolation::kHamming:
      return {Hamming, 1};
    case Interpolation::kBicubic:
      return {Cubic, 2};
    case Interpolation::kLanczos:
      return {Lanczos, 3};
    default:
      return {Triangle, 1};
  }
}

int32_t ToFixedPoint(double weight) {
  const double scaled = weight * (1 << PillowAxis::kPrecisionBits);
  return static_cast<int32_t>(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
}

uint8_t FromFixedPoint(int32_t sum) {
  return static_cast<uint8_t>(std::clamp(sum >> PillowAxis::kPrecisionBits, 0, 255));
}

constexpr int32_t kHalf = 1 << (PillowAxis::kPrecisionBits - 1);

Result<Tensor> ResizeHorizontally(const Tensor& img, int width, Interpolation interpolation,
                                  const TransformContext& context) {
  MMDEPLOY_TRY(const ImageShape in, CheckPixels(img));
  const int channels = in.channels;
  MMDEPLOY_TRY(Tensor out, AllocatePixels(img.dtype(), {in.height, width, channels}, context));
  const auto axis = MakePillowAxis(in.width, width, interpolation, 0, width);
  const auto* from = img.data<uint8_t>();
  auto* to = out.data<uint8_t>();
  for (int y = 0; y < in.height; ++y, from += in.width * channels) {
    for (int x = 0; x < width; ++x) {
      const int32_t* weight = axis.weight(x);
      for (int c = 0; c < channels; ++c) {
        int32_t sum = kHalf;
        const auto* source = from + axis.first[x] * channels + c;
        for (int k = 0; k < axis.count[x]; ++k) sum += source[k * channels] * weight[k];
        *to++ = FromFixedPoint(sum);
      }
    }
  }
  return out;
}

Result<Tensor> ResizeVertically(const Tensor& img, int height, Interpolation interpolation,
                                const TransformContext& context) {
  MMDEPLOY_TRY(const ImageShape in, CheckPixels(img));
  MMDEPLOY_TRY(Tensor out, AllocatePixels(img.dtype(), {height, in.width, in.channels}, context));
  const auto axis = MakePillowAxis(in.height, height, interpolation, 0, height);
  const size_t row = static_cast<size_t>(in.width) * static_cast<size_t>(in.channels);
  auto* to = out.data<uint8_t>();
  for (int y = 0; y < height; ++y) {
    const int32_t* weight = axis.weight(y);
    const auto* from = img.data<uint8_t>() + static_cast<size_t>(axis.first[y]) * row;
    for (size_t x = 0; x < row; ++x) {
      int32_t sum = kHalf;
      for (int k = 0; k < axis.count[y]; ++k) sum += from[k * row + x] * weight[k];
      *to++ = FromFixedPoint(sum);
    }
  }
  return out;
}

Result<Tensor> ResizeNearest(const Tensor& img, int height, int width,
                             const TransformContext& context) {
  MMDEPLOY_TRY(const ImageShape in, CheckPixels(img));
  MMDEPLOY_TRY(Tensor out, AllocatePixels(img.dtype(), {height, width, in.channels}, context));
  const auto rows = MakePillowNearest(in.height, height, 0, height);
  const auto columns = MakePillowNearest(in.width, width, 0, width);
  const auto pixel = static_cast<size_t>(in.channels);
  auto* to = out.data<uint8_t>();
  for (const int y : rows) {
    const auto* from = img.data<uint8_t>() + static_cast<size_t>(y) * in.width * pixel;
    for (const int x : columns) {
      std::memcpy(to, from + x * pixel, pixel);
      to += pixel;
    }
  }
  return out;
}

}  // namespace

PillowAxis MakePillowAxis(int in_size, int out_size, Interpolation interpolation, int begin,
                          int size) {
  const Filter filter = FilterOf(interpolation);
  const double scale = static_cast<double>(in_size) / out_size;
  const double filter_scale = std::max(scale, 1.0);
  const double support = filter.support * filter_scale;
  PillowAxis axis;
  axis.taps = static_cast<int>(std::ceil(support)) * 2 + 1;
  axis.weights.resize(static_cast<size_t>(size) * static_cast<size_t>(axis.taps));
  std::vector<double> exact(static_cast<size_t>(axis.taps));
  for (int i = 0; i < size; ++i) {
    const double center = (begin + i + 0.5) * scale;
    const int first = std::max(0, static_cast<int>(center - support + 0.5));
    const int last = std::min(in_size, static_cast<int>(center + support + 0.5));
    double sum = 0;
    for (int k = 0; k < last - first; ++k) {
      exact[k] = filter.function((k + first - center + 0.5) * (1.0 / filter_scale));
      sum += exact[k];
    }
    int32_t* weight = axis.weights.data() + static_cast<size_t>(i) * axis.taps;
    for (int k = 0; k < last - first; ++k) {
      weight[k] = ToFixedPoint(sum != 0 ? exact[k] / sum : exact[k]);
    }
    axis.first.push_back(first);
    axis.count.push_back(last - first);
  }
  return axis;
}

std::vector<int> MakePillowNearest(int in_size, int out_size, int begin, int size) {
  const double scale = static_cast<double>(in_size) / out_size;
  std::vector<int> source;
  double position = scale * 0.5;  // summed up, as Pillow does: the rounding errors are its own
  for (int i = 0; i < begin + size; ++i, position += scale) {
    if (i >= begin) source.push_back(std::min(static_cast<int>(position), in_size - 1));
  }
  return source;
}

Result<Tensor> PillowResize(const Tensor& img, int height, int width, Interpolation interpolation,
                            const TransformContext& context) {
  MMDEPLOY_TRYV(CheckSize(height, width));
  if (interpolation == Interpolation::kNearest) return ResizeNearest(img, height, width, context);
  Tensor out = img;
  if (width != img.shape()[1]) {
    MMDEPLOY_TRY(out, ResizeHorizontally(out, width, interpolation, context));
  }
  if (height != img.shape()[0]) {
    MMDEPLOY_TRY(out, ResizeVertically(out, height, interpolation, context));
  }
  return out;
}

}  // namespace mmdeploy
