#pragma once

#include <openvino/core/model.hpp>
#include <set>
#include <string>

namespace mmdeploy::openvino {

// Among equal values TopK has to choose the first, which OpenVINO does only where it is told to,
// at a price that grows with what is chosen times what is chosen from. Tells it where that is
// small; answers the names of the indices that are then right.
std::set<std::string> KeepOrderOfTies(ov::Model* model);

}  // namespace mmdeploy::openvino
