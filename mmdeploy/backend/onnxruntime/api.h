#pragma once

#define ORT_API_MANUAL_INIT
#include <onnxruntime_c_api.h>

#include <string>

#include "mmdeploy/base/result.h"

namespace mmdeploy::onnxruntime {

// The oldest interface that offers every function used here, so that a user's older library works.
constexpr uint32_t kApiVersion = 17;

struct Api {
  const OrtApi* ort = nullptr;
  OrtEnv* env = nullptr;
  std::string version;  // of the library
};

// Opens libonnxruntime once per process: the file or folder of the environment variable
// MMDEPLOY_ONNXRUNTIME_LIBRARY, then the loader's search path, then where the build found it.
// Errors: kNotSupported for a missing library or one that is too old, naming both versions.
Result<const Api*> GetApi();

// The interface of an opened library; split from GetApi for tests.
Result<const OrtApi*> NegotiateApi(const OrtApiBase* base);

// Ends the life of a status and answers its message.
std::string TakeMessage(const OrtApi& ort, OrtStatus* status);

}  // namespace mmdeploy::onnxruntime

// MMDEPLOY_ORT(api, CreateTensor(...), "what was done") returns an error if the call failed.
#define MMDEPLOY_ORT(api, call, what)                                                           \
  do {                                                                                          \
    if (OrtStatus* mmdeploy_status = (api).call) {                                              \
      return ::mmdeploy::MakeError(::mmdeploy::Code::kFail, "onnxruntime cannot {}: {}", what,  \
                                   ::mmdeploy::onnxruntime::TakeMessage(api, mmdeploy_status)); \
    }                                                                                           \
  } while (false)
