#include <algorithm>
#include <map>

#include "mmdeploy/backend/ncnn/convert/ops/converter.h"
#include "mmdeploy/backend/ncnn/convert/ops/log_sum.h"
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

// What the reduction of one element changes: over the batch of 1, or over no axes, as ONNX Runtime
// takes it.
Result<void> ConvertSingles(const Node& node, Emitter* emitter) {
  constexpr int64_t kAbs = 0, kSquare = 4, kLog = 8;
  const std::string& op = node.op();
  std::string blob = emitter->Read(node.input(0));
  const auto apply = [&](int64_t operation) {
    Layer* layer = emitter->AddInner("UnaryOp", node, {blob});
    layer->Set(0, operation);
    blob = layer->outputs[0];
  };
  if (op == "ReduceL1" || op == "ReduceL2") apply(kAbs);
  if (op == "ReduceSumSquare") apply(kSquare);
  if (op == "ReduceLogSum") apply(kLog);
  return AddReshape(node, blob, BlobDims(*node.input(0)), emitter);
}

// log(sum(exp(x))), shifted; the result has all axes.
Result<void> ConvertLogSumExp(const Node& node, const std::vector<int64_t>& axes, const Dims& kept,
                              Emitter* emitter) {
  constexpr int64_t kAdd = 0;
  const ShiftedLogSum sum =
      AddShiftedLogSum(node, emitter->Read(node.input(0)), axes, kept.size(), emitter);
  Layer* result = emitter->AddInner("BinaryOp", node, {sum.log_sum, sum.largest});
  result->Set(0, kAdd);
  return AddReshape(node, result->outputs[0], kept, emitter);
}

Result<void> ConvertReduce(const Node& node, Emitter* emitter) {
  const Value& x = *node.input(0);
  MMDEPLOY_TRY(const std::vector<int64_t> axes, ReducedAxes(node));
  if (axes.empty()) return ConvertSingles(node, emitter);
  // Dimensions of the result when they are kept, and when not.
  Dims kept = BlobDims(x);
  for (int64_t axis : axes) kept[axis] = 1;
  if (node.op() == "ReduceLogSumExp") return ConvertLogSumExp(node, axes, kept, emitter);
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
  SetReduction(Operations().at(node.op()), axes, kept.size(), keep, layer);
  if (direct) return {};
  return AddReshape(node, layer->outputs[0], keep ? kept : left, emitter);
}

}  // namespace

std::vector<Converter> reduce_converters() {
  std::vector<Converter> converters;
  for (const auto& [op, number] : Operations()) {
    converters.push_back({op, ConvertReduce, 2, {"axes", "keepdims", "noop_with_empty_axes"}});
  }
  return converters;
}

}  // namespace mmdeploy::ncnn_convert
