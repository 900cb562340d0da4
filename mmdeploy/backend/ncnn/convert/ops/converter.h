#pragma once

#include <string_view>
#include <vector>

#include "mmdeploy/backend/ncnn/convert/emitter.h"
#include "mmdeploy/backend/ncnn/convert/layout.h"
#include "mmdeploy/base/result.h"
#include "mmdeploy/graph/graph.h"

// How one operator becomes layers. One file per family, listed in CMakeLists.txt: file <family>.cpp
// defines `std::vector<Converter> <family>_converters()`.

namespace mmdeploy::ncnn_convert {

struct Converter {
  std::string_view op;
  // Adds the layers of a node. Errors are the reason why it cannot be converted, without the node.
  Result<void> (*convert)(const graph::Node& node, Emitter* emitter);
};

// The converter of an operator; nullptr if there is none.
const Converter* FindConverter(const graph::Node& node);

// All operators, sorted.
std::vector<std::string> ConvertedOperators();

}  // namespace mmdeploy::ncnn_convert
