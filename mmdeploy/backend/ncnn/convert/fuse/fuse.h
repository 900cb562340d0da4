#pragma once

#include "mmdeploy/base/result.h"
#include "mmdeploy/graph/graph.h"

// Groups of nodes for which ncnn has one layer become nodes of the domain "ncnn". One file per
// pattern, listed in CMakeLists.txt in the order in which they run: file <pattern>.cpp defines
// `Result<int64_t> fuse_<pattern>(graph::Model*)`, which answers the number of changes.

namespace mmdeploy::ncnn_convert {

Result<void> Fuse(graph::Model* model);

}  // namespace mmdeploy::ncnn_convert
