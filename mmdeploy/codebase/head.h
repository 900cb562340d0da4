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

// What a head that answers with T takes and gives for one image: the network's outputs, or the
// sample and the network's outputs; T, or a list of it.
template <class T>
Signature HeadSignature(size_t num_inputs) {
  const ResultType& type = TypeOf(static_cast<const T*>(nullptr));
  Signature signature;
  if (num_inputs > 1) signature.inputs.push_back(EdgeType{Kind::kSample, 0, {}});
  signature.inputs.push_back(EdgeType{Kind::kTensors, 0, {}});
  signature.outputs = {EdgeType{Kind(type), type.is_list ? 1 : 0, {}}};
  return signature;
}

// Checks, when the model is loaded, that a head which maps its answer back to the image is given
// the preprocessed image beside the network's outputs. Errors: kFail with the number of inputs.
Result<void> CheckTakesImage(const ModuleEnv& env, const JsonPath& path);

// An output of the network that a head reads.
struct OutputSpec {
  std::string name;
  std::vector<DataType> dtypes;  // allowed element types
  size_t min_rank = 0;
  bool optional = false;
};

// What the engine says of the network's outputs (the last input of the head); nullptr if it says
// nothing, or if something else arrives than these.
const std::vector<StaticTensor>* KnownOutputs(const ModuleEnv& env);

// Whether a tensor of the network is known to be there; true as well if nothing is known.
bool MayHaveOutput(const ModuleEnv& env, const std::string& name);

// Compares what the engine knows of the network's outputs with what a head reads, so that a
// mismatch is found when the model is loaded. Errors: kFail with what is there, and the advice to
// name it in output_map.
Result<void> CheckOutputs(const ModuleEnv& env, const JsonPath& path,
                          const std::vector<OutputSpec>& specs);

// The tensor called `name` of a network's output: float32, rank `min_rank` or more; its values are
// not read. Errors: kFail with what was found.
Result<const Tensor*> RequireFloats(const NamedTensors& tensors, const std::string& name,
                                    size_t min_rank);

// Errors: kFail for a NaN, with the place of the first one. `tensor` is float32.
Result<void> RequireNumbers(const Tensor& tensor, const std::string& name);

// Both.
Result<const Tensor*> RequireOutput(const NamedTensors& tensors, const std::string& name,
                                    size_t min_rank);

// A label that a network gives as a number: whole, -1 (a row that is none) or more.
// Errors: kFail with the number, the output `name` and the element that it is.
Result<int> ToLabel(double value, const std::string& name, int64_t element);

// The whole numbers of the output `name`, which may be float32, int32 or int64; -1 marks a row that
// is none (exported networks fill up batches with them).
// Errors: kFail for another type, or a number that is no label (below -1, a fraction).
Result<std::vector<int>> RequireLabels(const NamedTensors& tensors, const std::string& name);

}  // namespace mmdeploy
