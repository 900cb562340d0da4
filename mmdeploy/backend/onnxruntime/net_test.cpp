#include "mmdeploy/backend/onnxruntime/net.h"

#include "tests/conformance/request_contract.h"

namespace mmdeploy::onnxruntime {
namespace {

TEST(OrtNet, KeepsTheContractOfRequests) {
  const auto api = GetApi();
  ASSERT_TRUE(api) << api.error().message();
  const auto net = OrtNet::Load(**api, {{"double.onnx", "", testing::DoublingOnnx()}, {}}, {});
  ASSERT_TRUE(net) << net.error().message();
  testing::RequestContract(*net).CheckAll();
}

}  // namespace
}  // namespace mmdeploy::onnxruntime
