#include <algorithm>
#include <map>

#include "mmdeploy/backend/ncnn/convert/ops/converter.h"
#include "mmdeploy/backend/ncnn/convert/ops/reshape.h"

// Reductions over axes of a blob.

namespace mmdeploy::ncnn_convert {

using graph::Dims;
using graph::Node;
using graph::Value;

namespace {

const std::map<std::string_view, int64_t>& Operations() {
  static const auto* operations = new std::map<std::string_view, int64_t>{
      {"ReduceSum", 0},    {"ReduceSumSquare", 2},  {"ReduceMean", 3}, {"ReduceMax", 4},
      {"ReduceMin", 5},    {"ReduceProd", 6},       {"ReduceL1", 7},   {"ReduceL2", 8},
      {"ReduceLogSum", 9}, {"ReduceLogSumExp", 10},
  };
  return *operations;
}

// Axes of the blob; the batch of 1 needs no reduction.
Result<std::vector<int64_t>> ReducedAxes(const Node& node) {
  const Value& x = *node.input(0);
  MMDEPLOY_TRY(auto axes, IntsOf(node, "axes", 1));
  const auto rank = static_cast<int64_t>(x.type.dims->size());
  if (!axes || axes->empty()) {
    axes.emplace();
    if (node.Int("noop_with_empty_axes", 0) == 0) {
      for (int64_t i = 0; i < rank; ++i) axes->push_back(i);
    }
  }
  std::vector<int64_t> reduced;
  for (int64_t axis : *axes) {
    MMDEPLOY_TRY(axis, PositiveAxis(x, axis));
    if (axis == 0 && DropsBatch(x)) continue;
    reduced.push_back(DropsBatch(x) ? axis - 1 : axis);
  }
  std::sort(reduced.begin(), reduced.end());
  reduced.erase(std::unique(reduced.begin(), reduced.end()), reduced.end());
  return reduced;
}

bool ChangesSingles(std::string_view op) {
  return op == "ReduceL1" || op == "ReduceL2" || op == "ReduceSumSquare" || op == "ReduceLogSum";
}

Result<void> ConvertReduce(const Node& node, Emitter* emitter) {
  const Value& x = *node.input(0);
  MMDEPLOY_TRY(const std::vector<int64_t> axes, ReducedAxes(node));
  if (axes.empty()) {
    MMDEPLOY_ENSURE(!ChangesSingles(node.op()), Code::kNotSupported, "it reduces the batch only");
    return AddReshape(node, emitter->Read(&x), BlobDims(x), emitter);
  }
  // Dimensions of the result when they are kept, and when not.
  Dims kept = BlobDims(x);
  for (int64_t axis : axes) kept[axis] = 1;
  Dims left;
  for (size_t i = 0; i < kept.size(); ++i) {
    const auto axis = static_cast<int64_t>(i);
    if (std::find(axes.begin(), axes.end(), axis) == axes.end()) left.push_back(kept[i]);
  }
  if (left.empty()) left = {1};
  const size_t rank = BlobRank(*node.output());
  const bool keep = node.Int("keepdims", 1) != 0;
  const bool direct = rank == (keep ? kept : left).size();
  Layer* layer = direct ? emitter->Add("Reduction", node)
                        : emitter->AddInner("Reduction", node, {emitter->Read(&x)});
  layer->Set(0, Operations().at(node.op()));
  const bool all = axes.size() == kept.size();
  layer->Set(1, static_cast<int64_t>(all));
  if (!all) layer->Set(3, axes);
  layer->Set(4, static_cast<int64_t>(keep));
  layer->Set(5, int64_t{1});
  if (direct) return {};
  return AddReshape(node, layer->outputs[0], keep ? kept : left, emitter);
}

}  // namespace

std::vector<Converter> reduce_converters() {
  std::vector<Converter> converters;
  for (const auto& [op, number] : Operations()) converters.push_back({op, ConvertReduce});
  return converters;
}

}  // namespace mmdeploy::ncnn_convert
