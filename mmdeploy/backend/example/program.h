#pragma once

#include <memory>
#include <string>
#include <vector>

#include "mmdeploy/backend/engine.h"
#include "mmdeploy/base/json.h"

namespace mmdeploy::example {

// Float32 tensors by name while a program runs.
using Tensors = std::vector<std::pair<std::string, Tensor>>;

// One instruction of a network file: reads named tensors, appends one.
class Op {
 public:
  virtual ~Op() = default;
  virtual Result<Tensor> Run(const Tensor& input) const = 0;

  std::string input;  // "" for an op without input
  std::string output;
};

// What an example network file holds: inputs, outputs, and ops in order of execution.
struct Program {
  std::vector<TensorInfo> inputs;
  std::vector<TensorInfo> outputs;
  std::vector<std::unique_ptr<Op>> ops;
};

// Reads a network file; see README.md for the format. Errors (kFail) have the JSON path.
Result<Program> ReadProgram(std::string_view text, const std::string& file);

}  // namespace mmdeploy::example
