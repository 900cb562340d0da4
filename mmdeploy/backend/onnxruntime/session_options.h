#pragma once

#include "mmdeploy/backend/engine.h"
#include "mmdeploy/backend/onnxruntime/api.h"

namespace mmdeploy::onnxruntime {

// Threads inside one call: what the caller says, or fewer if the network's engine option
// intra_op_num_threads asks for that. Errors: kInvalidArgument for its value.
Result<int> SessionThreads(const NetOptions& options);

// Sets threads, spinning, the engine options (see README.md) and the library of custom operators.
// `num_threads` is the number inside one call. Errors: kNotSupported for an unknown option,
// kInvalidArgument for its value, kFail when ONNX Runtime or the library refuses.
Result<void> SetSessionOptions(const OrtApi& ort, const NetOptions& options, int num_threads,
                               OrtSessionOptions* session_options);

}  // namespace mmdeploy::onnxruntime
