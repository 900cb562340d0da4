#include <numeric>

#include "mmdeploy/graph/stats.h"

namespace mmdeploy::graph {

namespace {

std::optional<int64_t> Elements(const Value* value) {
  if (!value || !value->type.dims) return std::nullopt;
  return NumElements(*value->type.dims);
}

std::optional<int64_t> DimOf(const Value* value, int axis_from_end) {
  if (!value || !value->type.dims) return std::nullopt;
  const Dims& dims = *value->type.dims;
  const auto index = static_cast<int>(dims.size()) - axis_from_end;
  if (index < 0 || !dims[static_cast<size_t>(index)].is_known()) return std::nullopt;
  return dims[static_cast<size_t>(index)].value();
}

std::optional<int64_t> Product(std::optional<int64_t> a, std::optional<int64_t> b) {
  int64_t product;
  if (!a || !b || __builtin_mul_overflow(*a, *b, &product)) return std::nullopt;
  return product;
}

// Each output element sums over one filter: [M, C/group, k...].
std::optional<int64_t> ConvMacs(const Node& node) {
  const auto weights = Elements(node.input(1));
  const Value* filter = node.input(1);
  if (!weights || !filter->type.dims || filter->type.dims->empty()) return std::nullopt;
  const Dim& maps = filter->type.dims->front();
  if (!maps.is_known() || maps.value() == 0) return std::nullopt;
  return Product(Elements(node.output()), *weights / maps.value());
}

// Each input element meets one filter: [C, M/group, k...].
std::optional<int64_t> ConvTransposeMacs(const Node& node) {
  const auto weights = Elements(node.input(1));
  const Value* filter = node.input(1);
  if (!weights || !filter->type.dims || filter->type.dims->empty()) return std::nullopt;
  const Dim& channels = filter->type.dims->front();
  if (!channels.is_known() || channels.value() == 0) return std::nullopt;
  return Product(Elements(node.input(0)), *weights / channels.value());
}

std::optional<int64_t> GemmMacs(const Node& node) {
  return Product(Elements(node.output()), DimOf(node.input(0), node.Int("transA", 0) ? 2 : 1));
}

// Weights [directions, gates*hidden, size] and recurrence meet every step and item of x [T,N,size].
std::optional<int64_t> RecurrentMacs(const Node& node) {
  const auto weights = Elements(node.input(1));
  const auto recurrence = Elements(node.input(2));
  if (!weights || !recurrence) return std::nullopt;
  return Product(*weights + *recurrence, Product(DimOf(node.input(0), 3), DimOf(node.input(0), 2)));
}

bool MovesDataOnly(const Node& node) {
  static constexpr std::string_view kOps[] = {
      "Identity", "Reshape", "Flatten",  "Squeeze", "Unsqueeze",       "Transpose", "Concat",
      "Split",    "Slice",   "Gather",   "Expand",  "Shape",           "Size",      "Cast",
      "Tile",     "Pad",     "Constant", "Range",   "ConstantOfShape", "Dropout",   "GatherND",
      "ScatterND"};
  for (std::string_view op : kOps) {
    if (node.Is(op)) return true;
  }
  return false;
}

}  // namespace

std::optional<int64_t> CountMacs(const Node& node) {
  if (node.op() == "Conv" || node.op() == "ConvInteger" || node.op() == "DeformConv") {
    return ConvMacs(node);
  }
  if (node.op() == "ConvTranspose") return ConvTransposeMacs(node);
  if (node.op() == "Gemm") return GemmMacs(node);
  if (node.op() == "MatMul") return Product(Elements(node.output()), DimOf(node.input(0), 1));
  if (node.op() == "LSTM" || node.op() == "GRU" || node.op() == "RNN") return RecurrentMacs(node);
  if (MovesDataOnly(node) || !node.Subgraphs().empty()) return 0;
  // Pooling and reductions read every input element, the rest writes every output element.
  const auto in = Elements(node.input(0));
  const auto out = node.num_outputs() ? Elements(node.output()) : std::nullopt;
  if (node.op().rfind("Reduce", 0) == 0 || node.op().rfind("Global", 0) == 0) return in;
  return out;
}

}  // namespace mmdeploy::graph
