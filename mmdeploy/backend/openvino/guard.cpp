#include "mmdeploy/backend/openvino/guard.h"

namespace mmdeploy::openvino {

std::string Explain(const std::exception& error) {
  return JoinLines(error.what(), "Exception from ");
}

}  // namespace mmdeploy::openvino
