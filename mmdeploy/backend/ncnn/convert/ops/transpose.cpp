#include <algorithm>
#include <map>

#include "mmdeploy/backend/ncnn/convert/ops/converter.h"
#include "mmdeploy/backend/ncnn/convert/ops/reshape.h"

// Transpose of any rank: dimensions of 1 need not move and neighbours that stay neighbours move as
// one, so that up to four axes are left, which is what ncnn permutes.

namespace mmdeploy::ncnn_convert {

using graph::Dims;
using graph::Node;
using graph::Value;

namespace {

// The numbers of ncnn's orders by the axes of the input, outermost first, per rank.
std::optional<int64_t> OrderType(const std::vector<size_t>& perm) {
  static const auto* orders = new std::map<std::vector<size_t>, int64_t>{
      {{0, 1}, 0},
      {{1, 0}, 1},
      // of w, h, c, which are axes 2, 1, 0
      {{0, 1, 2}, 0},
      {{0, 2, 1}, 1},
      {{1, 0, 2}, 2},
      {{1, 2, 0}, 3},
      {{2, 0, 1}, 4},
      {{2, 1, 0}, 5},
      // of w, h, d, c, which are axes 3, 2, 1, 0
      {{0, 1, 2, 3}, 0},
      {{0, 1, 3, 2}, 1},
      {{0, 2, 1, 3}, 2},
      {{0, 2, 3, 1}, 3},
      {{0, 3, 1, 2}, 4},
      {{0, 3, 2, 1}, 5},
      {{1, 0, 2, 3}, 6},
      {{1, 0, 3, 2}, 7},
      {{1, 2, 0, 3}, 8},
      {{1, 2, 3, 0}, 9},
      {{1, 3, 0, 2}, 10},
      {{1, 3, 2, 0}, 11},
      {{2, 0, 1, 3}, 12},
      {{2, 0, 3, 1}, 13},
      {{2, 1, 0, 3}, 14},
      {{2, 1, 3, 0}, 15},
      {{2, 3, 0, 1}, 16},
      {{2, 3, 1, 0}, 17},
      {{3, 0, 1, 2}, 18},
      {{3, 0, 2, 1}, 19},
      {{3, 1, 0, 2}, 20},
      {{3, 1, 2, 0}, 21},
      {{3, 2, 0, 1}, 22},
      {{3, 2, 1, 0}, 23},
  };
  const auto found = orders->find(perm);
  if (found == orders->end()) return {};
  return found->second;
}

Result<std::vector<size_t>> ReadPerm(const Node& node, size_t rank) {
  std::vector<size_t> perm;
  for (size_t i = 0; i < rank; ++i) perm.push_back(rank - 1 - i);
  const auto* given = node.Get<std::vector<int64_t>>("perm");
  if (!given) return perm;
  perm.assign(given->begin(), given->end());
  std::vector<size_t> sorted = perm;
  std::sort(sorted.begin(), sorted.end());
  for (size_t i = 0; i < sorted.size(); ++i) {
    MMDEPLOY_ENSURE(sorted[i] == i, Code::kOutOfRange, "perm is no permutation");
  }
  MMDEPLOY_ENSURE(perm.size() == rank, Code::kOutOfRange, "perm has {} entries, expected {}",
                  perm.size(), rank);
  return perm;
}

// The same transpose over fewer axes.
struct Reduced {
  std::vector<size_t> perm;
  std::vector<int64_t> dims;  // of the input; empty if one is not known
};

Reduced Reduce(const Dims& dims, const std::vector<size_t>& perm) {
  std::vector<size_t> moved;  // axes other than 1, in the order of the output
  for (size_t axis : perm) {
    if (dims[axis] != graph::Dim(1)) moved.push_back(axis);
  }
  std::vector<std::vector<size_t>> groups;
  const auto next = [&](size_t axis) {
    for (++axis; axis < dims.size() && dims[axis] == graph::Dim(1); ++axis) {
    }
    return axis;
  };
  for (size_t axis : moved) {
    if (!groups.empty() && next(groups.back().back()) == axis) {
      groups.back().push_back(axis);
    } else {
      groups.push_back({axis});
    }
  }
  std::vector<std::vector<size_t>> ordered = groups;
  std::sort(ordered.begin(), ordered.end());
  Reduced reduced;
  for (const auto& group : groups) {
    reduced.perm.push_back(std::find(ordered.begin(), ordered.end(), group) - ordered.begin());
  }
  bool known = true;
  for (const auto& group : ordered) {
    Dims sizes;
    for (size_t axis : group) sizes.push_back(dims[axis]);
    const auto size = graph::NumElements(sizes);
    known &= size.has_value();
    reduced.dims.push_back(size.value_or(-1));
  }
  if (!known) reduced.dims.clear();
  return reduced;
}

// `dims`: what `blob` means, the batch included.
Result<void> AddTranspose(const Node& node, std::string blob, const Dims& blob_dims,
                          const Dims& dims, const std::vector<size_t>& perm, Emitter* emitter) {
  const Reduced reduced = Reduce(dims, perm);
  if (reduced.perm.size() <= 1) return AddReshape(node, blob, blob_dims, emitter);
  const auto order = OrderType(reduced.perm);
  MMDEPLOY_ENSURE(order, Code::kNotSupported, "{} axes are exchanged, ncnn exchanges at most 4",
                  reduced.perm.size());
  MMDEPLOY_ENSURE(!reduced.dims.empty(), Code::kNotSupported,
                  "the dimensions of '{}' must be known", node.input(0)->name());
  const Dims merged(reduced.dims.begin(), reduced.dims.end());
  if (merged != blob_dims) blob = emitter->Reshape(node, blob, reduced.dims);
  Dims result;
  for (size_t axis : reduced.perm) result.push_back(merged[axis]);
  if (result == BlobDims(*node.output())) {
    emitter->Add("Permute", node, {blob})->Set(0, *order);
    return {};
  }
  Layer* permute = emitter->AddInner("Permute", node, {blob});
  permute->Set(0, *order);
  return AddReshape(node, permute->outputs[0], result, emitter);
}

// Open dimensions: no axis may be merged or left out.
std::optional<int64_t> DirectOrder(const Value& x, const std::vector<size_t>& perm) {
  if (!DropsBatch(x) || perm[0] != 0) return {};
  std::vector<size_t> tail;
  for (size_t i = 1; i < perm.size(); ++i) tail.push_back(perm[i] - 1);
  return OrderType(tail);
}

Result<void> ConvertTranspose(const Node& node, Emitter* emitter) {
  const Value& x = *node.input(0);
  MMDEPLOY_TRY(const std::vector<size_t> perm, ReadPerm(node, x.type.dims->size()));
  if (const auto order = DirectOrder(x, perm)) {
    emitter->Add("Permute", node)->Set(0, *order);
    return {};
  }
  return AddTranspose(node, emitter->Read(&x), BlobDims(x), *x.type.dims, perm, emitter);
}

// Reshape to "shape" and Transpose by "perm", of any rank, see fuse/reshape_transpose.cpp.
Result<void> ConvertReshapeTranspose(const Node& node, Emitter* emitter) {
  const Value& x = *node.input(0);
  const std::vector<int64_t> shape = node.Ints("shape");
  MMDEPLOY_TRY(const std::vector<size_t> perm, ReadPerm(node, shape.size()));
  return AddTranspose(node, emitter->Read(&x), BlobDims(x), {shape.begin(), shape.end()}, perm,
                      emitter);
}

}  // namespace

std::vector<Converter> transpose_converters() {
  return {
      {"ReshapeTranspose", ConvertReshapeTranspose, 1, {"perm", "shape"}},
      {"Transpose", ConvertTranspose, 1, {"perm"}},
  };
}

}  // namespace mmdeploy::ncnn_convert
