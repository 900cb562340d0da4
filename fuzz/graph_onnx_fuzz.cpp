#include "fuzz/graph_use.h"
#include "mmdeploy/graph/load.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace mmdeploy::graph;
  auto model = ParseModel({reinterpret_cast<const char*>(data), size});
  if (model) UseModel(model->get());
  return 0;
}
