#include "mmdeploy/backend/ncnn/layer/check.h"

#include <algorithm>

#include "mmdeploy/base/suggest.h"

namespace mmdeploy::ncnn {
namespace {

// What parameters say about each other and about the weights.
Result<void> CheckAgreement(const ParamLayer& layer, const LayerRow& row, size_t bin_bytes) {
  const int64_t weights = row.weights ? row.weights(layer) : 0;
  MMDEPLOY_ENSURE(weights <= static_cast<int64_t>(bin_bytes), Code::kFail,
                  "has {} weights, the weights file has {} bytes; do both files belong together?",
                  weights, bin_bytes);
  return row.agree ? row.agree(layer) : Result<void>();
}

Result<void> InferLayer(const ParamLayer& layer, std::vector<BlobShape>* shapes) {
  const LayerRow& row = *FindRow(layer.type);
  std::vector<BlobShape> in;
  for (const int blob : layer.inputs) in.push_back((*shapes)[static_cast<size_t>(blob)]);
  if (std::any_of(in.begin(), in.end(), [](const BlobShape& shape) { return shape.rank == 0; })) {
    return {};
  }
  if (auto checked = CheckInputs(layer, row, in); !checked) {
    return MakeError(checked.error().In(Describe(layer)));
  }
  if (!row.shape) return {};
  const std::vector<BlobShape> out = row.shape(layer, in);
  for (size_t i = 0; i < std::min(out.size(), layer.outputs.size()); ++i) {
    if (out[i].rank > 0) (*shapes)[static_cast<size_t>(layer.outputs[i])] = out[i];
  }
  return {};
}

}  // namespace

Result<void> CheckLayers(const ParamFile& file, size_t bin_bytes, const std::string& name) {
  for (const auto& layer : file.layers) {
    const LayerRow* row = FindRow(layer.type);
    MMDEPLOY_ENSURE(row, Code::kNotSupported,
                    "'{}', line {}: ncnn has no layer of type '{}', known: {}", name, layer.line,
                    layer.type, ListAllowed(layer.type, KnownLayerTypes()));
    if (auto checked = CheckParams(layer, *row); !checked) {
      return MakeError(checked.error().In(fmt::format("'{}'", name)));
    }
    if (auto checked = CheckAgreement(layer, *row, bin_bytes); !checked) {
      return MakeError(checked.error().In(fmt::format("'{}': {}", name, Describe(layer))));
    }
  }
  return {};
}

Result<std::vector<BlobShape>> InferShapes(const ParamFile& file,
                                           const std::map<int, BlobShape>& inputs) {
  std::vector<BlobShape> shapes(file.blobs.size());
  for (const auto& [blob, shape] : inputs) shapes[static_cast<size_t>(blob)] = shape;
  for (const auto& layer : file.layers) MMDEPLOY_TRYV(InferLayer(layer, &shapes));
  return shapes;
}

}  // namespace mmdeploy::ncnn
