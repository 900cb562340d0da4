#include "mmdeploy/backend/ncnn/convert/convert.h"
#include "mmdeploy/graph/load.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  auto model = mmdeploy::graph::ParseModel({reinterpret_cast<const char*>(data), size});
  if (model) (void)mmdeploy::ncnn_convert::ConvertToNcnn(model->get());
  return 0;
}
