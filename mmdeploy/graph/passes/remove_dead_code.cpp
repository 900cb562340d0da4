#include "mmdeploy/graph/passes/pass.h"
#include "mmdeploy/graph/topology.h"

// Removes nodes and constants that no output of the model depends on:
//
//   y = Relu(x)                          y = Relu(x)
//   unused = Neg(x)

namespace mmdeploy::graph {

namespace {

Result<int64_t> Run(Model* model) { return RemoveDeadCode(model); }

}  // namespace

Pass remove_dead_code_pass() {
  return {"remove_dead_code", "remove nodes and constants that no output depends on", Run};
}

}  // namespace mmdeploy::graph
