#pragma once

#include <optional>
#include <string_view>

#include "mmdeploy/graph/type.h"

namespace mmdeploy::graph {

// Element types as ONNX text spells them: "float", "double", "int64"; "undefined" for others.
std::string_view TextName(ElementType type);
std::optional<ElementType> ParseTextName(std::string_view name);

}  // namespace mmdeploy::graph
