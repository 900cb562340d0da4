#pragma once

#include <openvino/core/model.hpp>

#include "mmdeploy/base/result.h"
#include "mmdeploy/graph/graph.h"

namespace mmdeploy::openvino {

// OpenVINO calls an input after the output that passes it on, and drops those that nothing reads:
// gives both back. Errors: kNotSupported, an element type that tensors do not have.
Result<void> RestoreInputs(const graph::Graph& graph, ov::Model* model);

}  // namespace mmdeploy::openvino
