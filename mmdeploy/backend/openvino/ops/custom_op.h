#pragma once

#include <memory>
#include <openvino/core/extension.hpp>
#include <vector>

namespace mmdeploy::openvino {

// The custom operators that OpenVINO does not have itself, for its core: as nodes of an IR and of
// an ONNX file.
std::vector<std::shared_ptr<ov::Extension>> CustomOps();

}  // namespace mmdeploy::openvino
