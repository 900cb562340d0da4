#include "mmdeploy/backend/ncnn/layer/rules.h"

#include <algorithm>

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

}  // namespace mmdeploy::ncnn
