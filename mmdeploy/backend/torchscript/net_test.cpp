#include "mmdeploy/backend/torchscript/net.h"

#include <sstream>

#include "tests/conformance/request_contract.h"

// LibTorch's registries live until the process ends.
// NOLINTNEXTLINE(bugprone-reserved-identifier): the sanitizer's name
extern "C" __attribute__((visibility("default"))) const char* __lsan_default_suppressions() {
  return "leak:libtorch\nleak:libc10\nleak:libgomp\n";
}

namespace mmdeploy::torchscript {
namespace {

constexpr const char* kSignature = R"({
  "inputs": [{"name": "x", "dtype": "float32", "shape": [-1, 3]}],
  "outputs": [{"name": "y", "dtype": "float32", "shape": [-1, 3]}]})";

NetFile File(const std::string& source, const std::string& signature) {
  torch::jit::Module module("m");
  module.define(source);
  std::ostringstream stream;
  module.save(stream, {{kSignatureFile, signature}});
  const std::string text = stream.str();
  return {"double.pt", "", std::make_shared<const std::vector<char>>(text.begin(), text.end())};
}

NetOptions Trusted() {
  NetOptions options;
  options.trusted = true;
  return options;
}

TEST(TorchscriptNet, KeepsTheContractOfRequests) {
  const auto file = File("def forward(self, x):\n    return x * 2\n", kSignature);
  const auto net = TorchscriptNet::Load({file, {}}, Trusted());
  ASSERT_TRUE(net) << net.error().message();
  testing::RequestContract(*net).CheckAll();
}

TEST(TorchscriptNet, LoadsOnlyWhatIsTrusted) {
  const auto file = File("def forward(self, x):\n    return x * 2\n", kSignature);
  const auto net = TorchscriptNet::Load({file, {}}, {});
  ASSERT_FALSE(net);
  EXPECT_EQ(net.error().code(), Code::kNotSupported);
  EXPECT_THAT(net.error().message(), ::testing::HasSubstr("'double.pt' is TorchScript, which "));
}

TEST(TorchscriptNet, ReportsWhatTheCodeRaises) {
  const auto file =
      File("def forward(self, x):\n    assert x.size(0) == 1, \"one row only\"\n    return x\n",
           kSignature);
  const auto net = TorchscriptNet::Load({file, {}}, Trusted());
  ASSERT_TRUE(net) << net.error().message();
  auto request = *(*net)->CreateRequest();
  const Tensor input = testing::Rows(2, 1);
  const std::vector<Shape> shapes{input.shape()};
  ASSERT_TRUE(request->SetShapes(shapes));
  ASSERT_TRUE(request->BindInput(0, input));
  const auto done = request->Run();
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error().message(),
              ::testing::StartsWith("torchscript cannot run with inputs 'x' 2x3: "));
  EXPECT_THAT(done.error().message(), ::testing::HasSubstr("one row only"));
}

}  // namespace
}  // namespace mmdeploy::torchscript
