#pragma once

#include <string>
#include <vector>

#include "mmdeploy/module/module.h"

namespace mmdeploy {

// A row of the table of heads: post-processing of one kind of network output.
struct HeadType {
  std::string codebase;   // `module` of the task, for example "mmcls"
  std::string component;  // `component` of the task, for example "LinearClsHead"
  // Reads `params` (an object of the codebase: any key is accepted) and calls params.Finish().
  Result<std::unique_ptr<Module>> (*create)(JsonReader& params, const ModuleEnv& env);
};

// All heads that are built in.
const std::vector<HeadType>& HeadTypes();

// Codebases that have at least one head.
std::vector<std::string> CodebaseNames();

// Makes the head that a task names. An unknown component lists those of the codebase.
Result<std::unique_ptr<Module>> CreateHead(const std::string& codebase, JsonReader& args,
                                           const ModuleEnv& env);

// The tensor called `name` of a network's output: float32, rank `min_rank` or more, without NaN.
// Errors: kFail with what was found.
Result<const Tensor*> RequireOutput(const NamedTensors& tensors, const std::string& name,
                                    size_t min_rank);

}  // namespace mmdeploy
