#pragma once

#include <memory>
#include <openvino/runtime/core.hpp>
#include <string>
#include <string_view>

#include "mmdeploy/backend/engine.h"
#include "mmdeploy/graph/graph.h"

// What OpenVINO's reader of ONNX gets wrong is written in another way before it sees the file, or
// refused with the node and the reason. A row per operator in repair.cpp, a file per family.

namespace mmdeploy::openvino {

// Reads an ONNX file; `verb` ("read", "load") is for messages. Files that need no repair go to
// OpenVINO as they are. Errors: kNotSupported naming all nodes that would be calculated wrongly,
// and what OpenVINO says.
Result<std::shared_ptr<ov::Model>> ReadOnnx(ov::Core& core, const NetFile& ir,
                                            std::string_view verb);

// Repairs all nodes of a model whose types have been inferred; answers how many were changed.
Result<int64_t> RepairModel(graph::Model* model);

// One node: whether it was changed. Errors say why the node would be wrong, without naming it.
Result<bool> RepairArithmetic(graph::Node* node);
Result<bool> RepairAttention(graph::Node* node);
Result<bool> RepairCompare(graph::Node* node);
Result<bool> RepairConv(graph::Node* node);
Result<bool> RepairDft(graph::Node* node);
Result<bool> RepairSlice(graph::Node* node);
Result<bool> RepairSoftmax(graph::Node* node);
Result<bool> RepairReduce(graph::Node* node);
Result<bool> RepairLrn(graph::Node* node);
Result<bool> RepairMatMul(graph::Node* node);
Result<bool> RepairMaxPool(graph::Node* node);
Result<bool> RepairAveragePool(graph::Node* node);
Result<bool> RepairConvTranspose(graph::Node* node);
Result<bool> RepairResize(graph::Node* node);
Result<bool> RepairQuantizedMatMul(graph::Node* node);
Result<bool> RepairRecurrent(graph::Node* node);
Result<bool> RepairRoiAlign(graph::Node* node);
Result<bool> RepairCompress(graph::Node* node);
Result<bool> RepairNonZero(graph::Node* node);
Result<bool> RepairGather(graph::Node* node);
Result<bool> RepairTile(graph::Node* node);
Result<bool> RepairWidth(graph::Node* node);
Result<bool> RepairPassOn(graph::Node* node);

}  // namespace mmdeploy::openvino
