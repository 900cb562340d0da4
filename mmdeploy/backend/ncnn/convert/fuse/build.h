#pragma once

#include <string>
#include <vector>

#include "mmdeploy/graph/graph.h"

// What fusions build, with the types that conversion needs: nothing infers them afterwards.

namespace mmdeploy::ncnn_convert {

// The only user of a value; nullptr if there are others, an output of the graph being one.
graph::Node* OnlyUser(const graph::Value* value);

// A node of the domain "ncnn" with one output of these dimensions and the element type of its first
// input.
graph::Value* AddNcnn(std::string op, const std::vector<graph::Value*>& inputs, graph::Dims dims,
                      graph::Node* before, std::string_view like);

// The same in other dimensions, of which at most one is open.
graph::Value* AddReshape(graph::Value* x, const graph::Dims& dims, graph::Node* before,
                         std::string_view like);

// The same behind the node that makes `x`, for all users of `x`; the element type stays.
graph::Value* ReshapeBehind(graph::Value* x, const graph::Dims& dims);

graph::Value* AddTranspose(graph::Value* x, const std::vector<int64_t>& perm, graph::Node* before,
                           std::string_view like);

graph::Value* AddInts(graph::Graph* graph, const std::vector<int64_t>& values);
graph::Value* AddFloats(graph::Graph* graph, std::vector<int64_t> dims,
                        const std::vector<float>& values);

// Of a matrix [rows,columns].
std::vector<float> Transposed(const std::vector<float>& matrix, int64_t rows, int64_t columns);

}  // namespace mmdeploy::ncnn_convert
