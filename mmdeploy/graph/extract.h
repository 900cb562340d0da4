#pragma once

#include <string>
#include <vector>

#include "mmdeploy/base/result.h"
#include "mmdeploy/graph/graph.h"

namespace mmdeploy::graph {

// One end of a part: a value of the outermost graph, and the name it gets ("" keeps its own).
struct Cut {
  std::string value;
  std::string new_name;
};

struct ExtractReport {
  // Inputs that the part does not need for its outputs; they are kept.
  std::vector<std::string> redundant_inputs;
};

// Makes the model the part between some values: `inputs` become its inputs, `outputs` its outputs,
// in this order, and what is not needed goes. Values of any place may be outputs, e.g. to debug.
// Errors (the model is then unchanged): kInvalidArgument naming a value that does not exist with
// the near ones, or all values that the outputs need beyond the inputs.
Result<ExtractReport> Extract(Model* model, const std::vector<Cut>& inputs,
                              const std::vector<Cut>& outputs);

// Replaces the outputs of the model: intermediate values for debugging, fewer outputs, another
// order. With `keep` the present outputs stay in front. Errors as above.
Result<void> SetOutputs(Model* model, const std::vector<Cut>& outputs, bool keep);

// "func:input", "func[2]:output": the marks of one call.
struct Marker {
  std::string func;
  int64_t func_id = 0;
  std::string type;  // "input" or "output"
};
Result<Marker> ParseMarker(std::string_view text);

// The values at the marks (nodes `mmdeploy::Mark`) of `text`, in the order of the nodes; the new
// names are those of the marks. `after`: what a mark returns, instead of what it gets. Errors:
// kInvalidArgument naming the marks that exist.
Result<std::vector<Cut>> FindMarks(const Model& model, const std::string& text, bool after);

// All marks as "func[id]:type", each once, in the order of the nodes.
std::vector<std::string> ListMarks(const Model& model);

// Removes all marks. Answers their number.
int64_t RemoveMarks(Model* model);

}  // namespace mmdeploy::graph
