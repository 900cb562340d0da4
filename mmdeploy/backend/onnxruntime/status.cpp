#include "mmdeploy/backend/onnxruntime/api.h"

namespace mmdeploy::onnxruntime {

std::string TakeMessage(const OrtApi& ort, OrtStatus* status) {
  std::string message = ort.GetErrorMessage(status);
  ort.ReleaseStatus(status);
  return message;
}

}  // namespace mmdeploy::onnxruntime
