#pragma once

#include "mmdeploy/graph/check.h"
#include "mmdeploy/graph/diff.h"
#include "mmdeploy/graph/infer.h"
#include "mmdeploy/graph/passes/pass.h"
#include "mmdeploy/graph/save.h"
#include "mmdeploy/graph/stats.h"
#include "mmdeploy/graph/svg.h"
#include "mmdeploy/graph/text.h"

namespace mmdeploy::graph {

// Does with a model from a stranger whatever can be done with one.
inline void UseModel(Model* model) {
  FindProblems(*model);
  ComputeStats(*model);
  (void)ToSvg(*model);
  if (InferTypes(model)) (void)Optimize(model);
  PrintText(*model);
  Compare(*model, *model);
  (void)SerializeModel(*model);
}

}  // namespace mmdeploy::graph
