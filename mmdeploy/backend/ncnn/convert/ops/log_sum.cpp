#include "mmdeploy/backend/ncnn/convert/ops/log_sum.h"

namespace mmdeploy::ncnn_convert {

using graph::Node;

ShiftedLogSum AddShiftedLogSum(const Node& node, const std::string& blob,
                               const std::vector<int64_t>& axes, size_t rank, Emitter* emitter) {
  constexpr int64_t kMax = 4;
  constexpr int64_t kLogSumExp = 10;
  const auto reduce = [&](const std::string& input, int64_t operation) {
    Layer* layer = emitter->AddInner("Reduction", node, {input});
    SetReduction(operation, axes, rank, true, layer);
    return layer->outputs[0];
  };
  ShiftedLogSum sum;
  sum.largest = reduce(blob, kMax);
  Layer* shifted = emitter->AddInner("BinaryOp", node, {blob, sum.largest});
  shifted->Set(0, kSub);
  sum.shifted = shifted->outputs[0];
  sum.log_sum = reduce(sum.shifted, kLogSumExp);
  return sum;
}

void SetReduction(int64_t operation, const std::vector<int64_t>& axes, size_t rank, bool keep,
                  Layer* layer) {
  const bool all = axes.size() == rank;
  layer->Set(0, operation);
  layer->Set(1, static_cast<int64_t>(all));
  if (!all) layer->Set(3, axes);
  layer->Set(4, static_cast<int64_t>(keep));
  layer->Set(5, int64_t{1});
}

}  // namespace mmdeploy::ncnn_convert
