#include "mmdeploy/backend/ncnn/layer/rules.h"

#include <algorithm>
#include <array>

namespace mmdeploy::ncnn {

std::vector<BlobShape> SameShape(const ParamLayer& layer, Shapes in) {
  return std::vector<BlobShape>(layer.outputs.size(), in[0]);
}

std::vector<BlobShape> BroadcastShape(const ParamLayer&, Shapes in) {
  std::vector<int64_t> dims(static_cast<size_t>(in[0].rank), 1);
  for (const BlobShape& shape : in) {
    if (shape.rank != in[0].rank) return {BlobShape()};
    for (size_t i = 0; i < dims.size(); ++i) {
      dims[i] = std::max<int64_t>(dims[i], shape.dims()[i]);
    }
  }
  return {ShapeOf(dims)};
}

Result<void> CheckActivation(const ParamLayer& layer) {
  constexpr std::array<size_t, 7> kCounts = {0, 0, 1, 2, 0, 0, 2};
  const size_t needed = kCounts[static_cast<size_t>(layer.Int(9, 0))];
  MMDEPLOY_ENSURE(layer.Array(10).size() >= needed, Code::kFail,
                  "activation_params (parameter 10) has {} numbers, activation_type {} takes {}",
                  layer.Array(10).size(), layer.Int(9, 0), needed);
  return {};
}

Result<void> CheckProduct(const ParamLayer& layer, int weights_id, int64_t rows) {
  const int64_t weights = layer.Int(weights_id, 0);
  MMDEPLOY_ENSURE(rows > 0 && weights > 0 && weights % rows == 0, Code::kFail,
                  "weight_data_size {} is no multiple of {}, which the other parameters ask for",
                  weights, rows);
  return {};
}

}  // namespace mmdeploy::ncnn
