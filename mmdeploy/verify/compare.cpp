#include <algorithm>
#include <cmath>

#include "mmdeploy/verify/verify.h"

namespace mmdeploy {

double Element(const Tensor& tensor, int64_t i) {
  switch (tensor.dtype()) {
    case DataType::kFloat32:
      return tensor.data<float>()[i];
    case DataType::kFloat64:
      return tensor.data<double>()[i];
    case DataType::kUint8:
      return tensor.data<uint8_t>()[i];
    case DataType::kInt8:
      return tensor.data<int8_t>()[i];
    case DataType::kInt32:
      return tensor.data<int32_t>()[i];
    case DataType::kInt64:
      return static_cast<double>(tensor.data<int64_t>()[i]);
    case DataType::kBool:
      return tensor.data<bool>()[i];
    default:
      return NAN;  // compared as different
  }
}

namespace {

// Engines without whole numbers give them as float32 (ncnn), and some narrow int64 to int32
// (OpenVINO); what is compared are the values.
bool StandsFor(DataType found, DataType expected) {
  if (found == expected) return true;
  const bool whole = expected == DataType::kInt64 || expected == DataType::kInt32 ||
                     expected == DataType::kUint8 || expected == DataType::kBool;
  return (found == DataType::kFloat32 && whole) ||
         (found == DataType::kInt32 && expected == DataType::kInt64);
}

// "[0,2,17,5]" of a flat position.
std::string IndexText(const Shape& shape, int64_t position) {
  std::vector<int64_t> index(shape.size());
  for (size_t i = shape.size(); i-- > 0;) {
    index[i] = position % shape[i];
    position /= shape[i];
  }
  std::string text;
  for (const int64_t i : index) text += (text.empty() ? "" : ",") + std::to_string(i);
  return "[" + text + "]";
}

}  // namespace

Comparison CompareTensor(const GoldenTensor& expected, const Tensor& found,
                         const Tolerance& tolerance) {
  Comparison result;
  result.what = expected.name;
  if (!StandsFor(found.dtype(), expected.dtype) || found.shape() != expected.shape) {
    result.message = fmt::format("is {}, expected {} {}", Describe(found), Name(expected.dtype),
                                 Name(expected.shape));
    return result;
  }
  const int64_t count = expected.data.num_elements();
  int64_t outside = 0, worst = 0;
  double sum = 0;
  for (int64_t i = 0; i < count; ++i) {
    const int64_t position = expected.offset + i * expected.stride;
    const double want = Element(expected.data, i);
    const double got = Element(found, position);
    double difference = std::abs(got - want);
    if (std::isnan(difference)) difference = INFINITY;
    sum += difference;
    outside += !tolerance.Holds(got, want);
    if (difference > result.max_difference) {
      result.max_difference = difference;
      worst = position;
    }
  }
  result.mean_difference = count ? sum / static_cast<double>(count) : 0;
  result.where = result.max_difference > 0 ? IndexText(expected.shape, worst) : "";
  result.passed =
      static_cast<double>(outside) <= (1 - tolerance.share) * static_cast<double>(count);
  if (!result.passed) {
    result.message = fmt::format(
        "{} of {} elements differ: at most {:.3g} at {}, {:.3g} on average, allowed {:.3g} + "
        "{:.3g} x value{}",
        outside, count, result.max_difference, result.where, result.mean_difference, tolerance.abs,
        tolerance.rel,
        tolerance.share < 1 ? fmt::format(" for {:g} % of them", 100 * tolerance.share) : "");
  }
  return result;
}

}  // namespace mmdeploy
