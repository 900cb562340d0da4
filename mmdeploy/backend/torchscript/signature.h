#pragma once

#include <string>
#include <vector>

#include "mmdeploy/backend/engine.h"

namespace mmdeploy::torchscript {

// What a network takes and gives. TorchScript has neither names nor shapes, so that the converter
// puts them into the archive.
struct Signature {
  std::vector<TensorInfo> inputs;
  std::vector<TensorInfo> outputs;
};

// The file inside the archive (torch.jit.save's _extra_files).
constexpr const char* kSignatureFile = "mmdeploy.json";

// Reads {"inputs": [{"name", "dtype", "shape"}], "outputs": [...]}; -1 is a dimension that is known
// at run time only. Errors (kFail) have the JSON path.
Result<Signature> ReadSignature(std::string_view text, const std::string& file);

// For a file that does not say: inputs and outputs are called "#0", "#1", ...; inputs are images.
Signature GuessSignature(size_t num_inputs, size_t num_outputs);

}  // namespace mmdeploy::torchscript
