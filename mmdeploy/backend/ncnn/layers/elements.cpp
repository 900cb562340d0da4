#include "mmdeploy/backend/ncnn/layers/elements.h"

#include <cmath>

namespace mmdeploy::ncnn {

std::optional<std::vector<size_t>> NamedElements(const Dense& data, const Dense& indices,
                                                 int axis) {
  const size_t rank = data.dims.size();
  if (indices.dims.size() != rank) return std::nullopt;
  const int resolved = ResolveAxis(axis, rank);
  if (resolved < 0) return std::nullopt;
  const auto along = static_cast<size_t>(resolved);
  for (size_t i = 0; i < rank; ++i) {
    if (i != along && indices.dims[i] > data.dims[i]) return std::nullopt;
  }
  std::vector<size_t> elements;
  elements.reserve(indices.values.size());
  for (size_t n = 0; n < indices.values.size(); ++n) {
    size_t rest = n, element = 0, step = 1;
    for (size_t i = rank; i-- > 0;) {
      const auto extent = static_cast<size_t>(indices.dims[i]);
      size_t at = rest % extent;
      rest /= extent;
      if (i == along) {
        const float size = static_cast<float>(data.dims[i]);
        const float index = std::round(indices.values[n] + (indices.values[n] < 0 ? size : 0));
        if (!(index >= 0 && index < size)) return std::nullopt;
        at = static_cast<size_t>(index);
      }
      element += at * step;
      step *= static_cast<size_t>(data.dims[i]);
    }
    elements.push_back(element);
  }
  return elements;
}

}  // namespace mmdeploy::ncnn
