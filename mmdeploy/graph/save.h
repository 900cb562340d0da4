#pragma once

#include <cstdint>
#include <string>

#include "mmdeploy/base/result.h"
#include "mmdeploy/graph/graph.h"

namespace mmdeploy::graph {

struct SaveOptions {
  // Weights go to `<file>.data` beside the model. Without it they do only when the model would not
  // fit into one message (2 GB).
  bool external_data = false;
  // Smaller ones stay in the model.
  int64_t min_external_bytes = 1024;
};

// Writes an ONNX file; it appears when it is complete. Known types of all values are written along.
// Errors: kFail (cannot write).
Result<void> SaveModel(const Model& model, const std::string& path,
                       const SaveOptions& options = {});

// As bytes, weights included. Errors: kOutOfRange beyond 2 GB.
Result<std::string> SerializeModel(const Model& model);

}  // namespace mmdeploy::graph
