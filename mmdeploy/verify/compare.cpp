#include <algorithm>
#include <cmath>

#include "mmdeploy/verify/verify.h"

namespace mmdeploy {
namespace {

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

bool Within(double found, double expected, const Tolerance& tolerance) {
  return std::abs(found - expected) <= tolerance.abs + tolerance.rel * std::abs(expected);
}

}  // namespace

Comparison CompareTensor(const GoldenTensor& expected, const Tensor& found,
                         const Tolerance& tolerance) {
  Comparison result;
  result.what = expected.name;
  if (found.dtype() != expected.dtype || found.shape() != expected.shape) {
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
    outside += !Within(got, want, tolerance);
    if (difference > result.max_difference) {
      result.max_difference = difference;
      worst = position;
    }
  }
  result.mean_difference = count ? sum / static_cast<double>(count) : 0;
  result.where = result.max_difference > 0 ? IndexText(expected.shape, worst) : "";
  result.passed = outside == 0;
  if (!result.passed) {
    result.message = fmt::format(
        "{} of {} elements differ: at most {:.3g} at {}, {:.3g} on average, allowed {:.3g} + "
        "{:.3g} "
        "x value",
        outside, count, result.max_difference, result.where, result.mean_difference, tolerance.abs,
        tolerance.rel);
  }
  return result;
}

Comparison CompareLabels(const std::vector<Classification>& expected,
                         const std::vector<Classification>& found, const Tolerance& tolerance) {
  Comparison result;
  result.what = "result";
  if (found.size() != expected.size()) {
    result.message = fmt::format("{} labels, expected {}", found.size(), expected.size());
    return result;
  }
  double sum = 0;
  for (size_t i = 0; i < expected.size(); ++i) {
    // A label of another place counts if it has the score of this place.
    const auto same = std::find_if(found.begin(), found.end(), [&](const Classification& label) {
      return label.label_id == expected[i].label_id;
    });
    const bool tie = Within(found[i].score, expected[i].score, tolerance);
    const double score = same != found.end() ? same->score : found[i].score;
    const double difference = std::abs(score - expected[i].score);
    const bool in_place = found[i].label_id == expected[i].label_id || tie;
    sum += difference;
    result.max_difference = std::max(result.max_difference, difference);
    if (result.message.empty() && !(in_place && Within(score, expected[i].score, tolerance))) {
      result.where = fmt::format("place {}", i + 1);
      result.message =
          fmt::format("place {} is label {} ({:.6g}), expected label {} ({:.6g})", i + 1,
                      found[i].label_id, found[i].score, expected[i].label_id, expected[i].score);
    }
  }
  result.mean_difference = expected.empty() ? 0 : sum / static_cast<double>(expected.size());
  result.passed = result.message.empty();
  return result;
}

}  // namespace mmdeploy
