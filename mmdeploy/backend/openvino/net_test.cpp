#include "mmdeploy/backend/openvino/net.h"

#include <filesystem>

#include "mmdeploy/backend/openvino/convert.h"
#include "tests/conformance/request_contract.h"

// OpenVINO's registry and what its threads hold live until the process ends.
// NOLINTNEXTLINE(bugprone-reserved-identifier): the sanitizer's name
extern "C" __attribute__((visibility("default"))) const char* __lsan_default_suppressions() {
  return "leak:libopenvino\nleak:libtbb\n";
}

namespace mmdeploy::openvino {
namespace {

namespace fs = std::filesystem;

NetFile Onnx() { return {"double.onnx", "", testing::DoublingOnnx()}; }

TEST(OpenvinoNet, KeepsTheContractOfRequests) {
  const auto net = OpenvinoNet::Load({Onnx(), {}}, {});
  ASSERT_TRUE(net) << net.error().message();
  EXPECT_EQ((*net)->precision(), "float32");
  testing::RequestContract(*net).CheckAll();
}

TEST(OpenvinoNet, SharesProcessorsBetweenCalls) {
  NetOptions options;
  EXPECT_EQ((*OpenvinoNet::Load({Onnx(), {}}, options))->max_concurrent_runs(), 1);
  options.num_threads = 1;
  EXPECT_GE((*OpenvinoNet::Load({Onnx(), {}}, options))->max_concurrent_runs(), 1);
}

TEST(Convert, MakesFilesThatRunAndTellsItsProgress) {
  std::string folder = (fs::temp_directory_path() / "mmdeploy_test_XXXXXX").string();
  ASSERT_TRUE(::mkdtemp(folder.data()));
  ConvertTask task;
  task.ir = Onnx();
  task.output_prefix = folder + "/net";
  task.inputs = {{"x", {1, 3}, {2, 3}, {8, 3}}};
  std::vector<std::string> steps;
  task.progress = [&](std::string_view step, double) { steps.emplace_back(step); };
  const auto files = Convert(task);
  ASSERT_TRUE(files) << files.error().message();
  EXPECT_THAT(steps, ::testing::ElementsAre("read", "write", "done"));
  const auto net = OpenvinoNet::Load({{"net.xml", (*files)[0], nullptr}, {}}, {});
  ASSERT_TRUE(net) << net.error().message();
  EXPECT_EQ(Name((*net)->inputs()[0].max_shape), "8x3");
  task.precision = "INT8";
  EXPECT_EQ(Convert(task).error().message(),
            "engine 'openvino' converts to precision 'FP32' or 'FP16', found 'INT8'");
  fs::remove_all(folder);
}

}  // namespace
}  // namespace mmdeploy::openvino
