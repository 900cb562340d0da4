#include "mmdeploy/backend/ncnn/layers/broadcast.h"

#include <algorithm>

namespace mmdeploy::ncnn {

std::optional<std::vector<int>> BroadcastDims(std::initializer_list<const Dense*> operands) {
  constexpr double kMaxElements = 1 << 28;
  size_t rank = 0;
  for (const Dense* operand : operands) rank = std::max(rank, operand->dims.size());
  std::vector<int> dims(rank, 1);
  for (const Dense* operand : operands) {
    const size_t missing = rank - operand->dims.size();
    for (size_t i = 0; i < operand->dims.size(); ++i) {
      int& dim = dims[missing + i];
      if (operand->dims[i] == 1) continue;
      if (dim != 1 && dim != operand->dims[i]) return std::nullopt;
      dim = operand->dims[i];
    }
  }
  double count = 1;
  for (const int dim : dims) count *= dim;
  return count <= kMaxElements ? std::optional(dims) : std::nullopt;
}

std::vector<size_t> BroadcastIndices(const Dense& operand, const std::vector<int>& dims) {
  const size_t rank = dims.size(), missing = rank - operand.dims.size();
  // Elements of the operand by one along an axis of the result.
  std::vector<size_t> steps(rank, 0);
  size_t step = 1;
  for (size_t i = rank; i-- > missing;) {
    const auto extent = static_cast<size_t>(operand.dims[i - missing]);
    steps[i] = extent == 1 ? 0 : step;
    step *= extent;
  }
  std::vector<size_t> indices = {0};
  for (size_t i = 0; i < rank; ++i) {
    std::vector<size_t> next;
    next.reserve(indices.size() * static_cast<size_t>(dims[i]));
    for (const size_t index : indices) {
      for (int k = 0; k < dims[i]; ++k) next.push_back(index + static_cast<size_t>(k) * steps[i]);
    }
    indices = std::move(next);
  }
  return indices;
}

}  // namespace mmdeploy::ncnn
