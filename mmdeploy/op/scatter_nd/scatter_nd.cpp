#include <cstring>

#include "mmdeploy/op/shape_rules.h"

namespace mmdeploy::op {
namespace scatter_nd {

Result<void> RunCuda(const Attributes& attributes, OpContext& context);  // cuda.cu

namespace {

// updates has the dimensions of indices but the last, then those of data that an index leaves.
Result<void> CheckUpdates(InputShapes shapes) {
  const Shape &data = *shapes[0], &indices = *shapes[1], &updates = *shapes[2];
  const int64_t depth = indices[indices.size() - 1];
  if (depth < 0) return {};
  MMDEPLOY_ENSURE(depth >= 1 && depth <= static_cast<int64_t>(data.size()), Code::kInvalidArgument,
                  "indices {} have {} numbers each, data {} takes 1 to {}", Name(indices), depth,
                  Name(data), data.size());
  const size_t outer = indices.size() - 1, first = static_cast<size_t>(depth);
  MMDEPLOY_ENSURE(updates.size() == outer + data.size() - first, Code::kInvalidArgument,
                  "updates have shape {}, expected {} dimensions for data {} and indices {}",
                  Name(updates), outer + data.size() - first, Name(data), Name(indices));
  for (size_t i = 0; i < outer; ++i) {
    MMDEPLOY_TRYV(SameDim(shapes, {1, i}, {2, i}, "number of indices"));
  }
  for (size_t i = first; i < data.size(); ++i) {
    MMDEPLOY_TRYV(SameDim(shapes, {0, i}, {2, outer + i - first}, "size of a slice"));
  }
  return {};
}

Result<std::vector<Shape>> Infer(const Attributes&, InputShapes shapes) {
  for (size_t i = 0; i < 2; ++i) {
    MMDEPLOY_ENSURE(!shapes[i] || !shapes[i]->empty(), Code::kInvalidArgument,
                    "input {} is a scalar, expected at least 1 dimension", i);
  }
  if (shapes[0] && shapes[1] && shapes[2]) MMDEPLOY_TRYV(CheckUpdates(shapes));
  return std::vector<Shape>{shapes[0].value_or(Shape())};
}

int64_t IndexAt(const Tensor& indices, int64_t i) {
  return indices.dtype() == DataType::kInt64 ? indices.data<int64_t>()[i]
                                             : indices.data<int32_t>()[i];
}

// Where slice `row` of the updates goes, in slices.
Result<int64_t> Position(const Tensor& data, const Tensor& indices, int64_t row, int64_t depth) {
  int64_t position = 0;
  for (int64_t i = 0; i < depth; ++i) {
    const int64_t size = data.shape()[static_cast<size_t>(i)];
    const int64_t given = IndexAt(indices, row * depth + i);
    const int64_t index = given < 0 ? given + size : given;
    MMDEPLOY_ENSURE(index >= 0 && index < size, Code::kInvalidArgument,
                    "index {} of row {} is beyond dimension {} of data {}", given, row, i,
                    Name(data.shape()));
    position = position * size + index;
  }
  return position;
}

Result<void> Run(const Attributes&, OpContext& context) {
  const Tensor &data = context.input(0), &indices = context.input(1), &updates = context.input(2);
  MMDEPLOY_TRY(auto output, context.Output(0));
  if (data.num_bytes() > 0) std::memcpy(output.raw(), data.raw(), data.num_bytes());
  const int64_t depth = indices.shape()[indices.shape().size() - 1];
  const int64_t rows = indices.num_elements() / depth;
  if (rows == 0 || updates.num_bytes() == 0) return {};
  const size_t bytes = updates.num_bytes() / static_cast<size_t>(rows);
  // One after the other: of equal indices the last one counts.
  for (int64_t row = 0; row < rows; ++row) {
    MMDEPLOY_TRY(const int64_t position, Position(data, indices, row, depth));
    std::memcpy(static_cast<char*>(output.raw()) + static_cast<size_t>(position) * bytes,
                static_cast<const char*>(updates.raw()) + static_cast<size_t>(row) * bytes, bytes);
  }
  return {};
}

}  // namespace
}  // namespace scatter_nd

// Writes slices into a copy of a tensor (documentation: custom operators, ScatterND), as ONNX's
// operator of the same name.
//
//   output = data; output[indices[i]] = updates[i]
//
// data of rank r; indices [..., k], negative ones count from the end; updates [..., the last r - k
// dimensions of data]; output like data. Of equal indices the last one counts.
std::vector<OpDef> scatter_nd_ops() {
  OpDef op;
  op.names = {{"mmdeploy", "ScatterND"}};
  const std::vector<DataType> numbers{DataType::kFloat32, DataType::kInt32, DataType::kInt64};
  op.inputs = {
      {"data", kAnyRank, Presence::kRequired, false, numbers},
      {"indices", kAnyRank, Presence::kRequired, false, {DataType::kInt64, DataType::kInt32}},
      {"updates", kAnyRank, Presence::kRequired, false, numbers, 0}};
  op.outputs = {{"output", false, DataType::kFloat32, 0}};
  op.infer = scatter_nd::Infer;
  // Copies of memory: the plain code is the fast one.
  op.reference = scatter_nd::Run;
  op.run = scatter_nd::Run;
  op.run_cuda = MMDEPLOY_IF_CUDA(scatter_nd::RunCuda);
  return {op};
}

}  // namespace mmdeploy::op
