#pragma once

#include "mmdeploy/graph/onnx.pb.h"
#include "mmdeploy/graph/type.h"

// Between onnx.TypeProto and ValueType.

namespace mmdeploy::graph {

ValueType ReadType(const onnx_proto::TypeProto& proto);
void WriteType(const ValueType& type, onnx_proto::TypeProto* proto);

}  // namespace mmdeploy::graph
