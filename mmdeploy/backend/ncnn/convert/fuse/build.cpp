#include "mmdeploy/backend/ncnn/convert/fuse/build.h"

#include <algorithm>

namespace mmdeploy::ncnn_convert {

using graph::Dims;
using graph::Graph;
using graph::Node;
using graph::Value;

Node* OnlyUser(const Value* value) {
  const graph::Use* use = value->single_use();
  return use && !value->is_output() ? use->node : nullptr;
}

Value* AddNcnn(std::string op, const std::vector<Value*>& inputs, Dims dims, Node* before,
               std::string_view like) {
  Node* node = before->graph()->AddNode(std::move(op), inputs, before, "ncnn");
  Value* made = node->AddOutput(std::string(like));
  made->type = inputs[0]->type;
  made->type.dims = std::move(dims);
  return made;
}

Value* AddReshape(Value* x, const Dims& dims, Node* before, std::string_view like) {
  std::vector<int64_t> shape;
  for (const graph::Dim& dim : dims) shape.push_back(dim.is_known() ? dim.value() : -1);
  Graph* graph = before->graph();
  Value* made = graph->AddOp("Reshape", {x, AddInts(graph, shape)}, before, like);
  made->type = x->type;
  made->type.dims = dims;
  return made;
}

Value* ReshapeBehind(Value* x, const Dims& dims) {
  Node* next = x->producer()->next();
  Graph* graph = x->graph();
  std::vector<int64_t> shape;
  for (const graph::Dim& dim : dims) shape.push_back(dim.is_known() ? dim.value() : -1);
  Value* made = graph->AddOp("Reshape", {x, AddInts(graph, shape)}, next, x->name());
  made->type = x->type;
  made->type.dims = dims;
  x->ReplaceUses(made);
  made->producer()->SetInput(0, x);
  return made;
}

Value* AddTranspose(Value* x, const std::vector<int64_t>& perm, Node* before,
                    std::string_view like) {
  Value* made = before->graph()->AddOp("Transpose", {x}, before, like);
  made->producer()->Set("perm", perm);
  made->type = x->type;
  for (size_t i = 0; i < perm.size(); ++i) {
    (*made->type.dims)[i] = (*x->type.dims)[static_cast<size_t>(perm[i])];
  }
  return made;
}

Value* AddInts(Graph* graph, const std::vector<int64_t>& values) {
  const auto count = static_cast<int64_t>(values.size());
  return graph->AddConstant(graph::TensorData::Make<int64_t>({count}, values));
}

Value* AddFloats(Graph* graph, std::vector<int64_t> dims, const std::vector<float>& values) {
  return graph->AddConstant(graph::TensorData::Make<float>(std::move(dims), values));
}

std::vector<float> Transposed(const std::vector<float>& matrix, int64_t rows, int64_t columns) {
  // Tiles, since one of both sides lies far apart in memory.
  constexpr int64_t kTile = 32;
  std::vector<float> result(matrix.size());
  for (int64_t r0 = 0; r0 < rows; r0 += kTile) {
    for (int64_t c0 = 0; c0 < columns; c0 += kTile) {
      for (int64_t r = r0; r < std::min(r0 + kTile, rows); ++r) {
        for (int64_t c = c0; c < std::min(c0 + kTile, columns); ++c) {
          result[static_cast<size_t>(c * rows + r)] = matrix[static_cast<size_t>(r * columns + c)];
        }
      }
    }
  }
  return result;
}

}  // namespace mmdeploy::ncnn_convert
