#pragma once

#include <string>
#include <vector>

#include "mmdeploy/base/json.h"
#include "mmdeploy/pipeline/pipeline.h"

namespace mmdeploy {

// One element of a node's `input` or `output`: "name", "inner=outer", with the marks '*' and '+'.
struct PortSpec {
  std::string inner;  // name inside the node (bodies of Inference and Cond)
  std::string outer;  // name in the pipeline around it
  InputMark mark = InputMark::kNone;
};

// The keys that every node has.
struct NodeSpec {
  std::string type;
  std::string name;
  std::vector<PortSpec> inputs;
  std::vector<PortSpec> outputs;  // mark kFlatten: put the list level back
};

// Reads the common keys of a node and leaves the others to its module. For outputs the left side
// of "outer=inner" is the name in the pipeline. Errors stay in the reader.
NodeSpec ReadNodeSpec(JsonReader& reader);

// Reads a string or an array of strings.
std::vector<std::string> ReadNames(JsonReader& reader, std::string_view key);

}  // namespace mmdeploy
