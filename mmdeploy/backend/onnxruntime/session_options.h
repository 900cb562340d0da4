#pragma once

#include "mmdeploy/backend/engine.h"
#include "mmdeploy/backend/onnxruntime/api.h"

namespace mmdeploy::onnxruntime {

// Sets threads, spinning, the engine options (see README.md) and the library of custom operators.
// `num_threads` is the number inside one call. Errors: kNotSupported for an unknown option,
// kInvalidArgument for its value, kFail when ONNX Runtime or the library refuses.
Result<void> SetSessionOptions(const OrtApi& ort, const NetOptions& options, int num_threads,
                               OrtSessionOptions* session_options);

}  // namespace mmdeploy::onnxruntime
