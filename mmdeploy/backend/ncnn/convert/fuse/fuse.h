#pragma once

#include "mmdeploy/base/result.h"
#include "mmdeploy/graph/graph.h"

// Groups of nodes become what ncnn does best: one node of the domain "ncnn" where it has one layer
// for them, else other operators of ONNX. One file per pattern, listed in CMakeLists.txt in the
// order in which they run: file <pattern>.cpp defines `Result<int64_t>
// fuse_<pattern>(graph::Model*)`, which answers the number of changes.

namespace mmdeploy::ncnn_convert {

Result<void> Fuse(graph::Model* model);

}  // namespace mmdeploy::ncnn_convert
