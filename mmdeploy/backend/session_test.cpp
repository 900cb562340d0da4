#include "mmdeploy/backend/session.h"

#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "mmdeploy/backend/registry.h"

namespace mmdeploy {
namespace {

using ::testing::HasSubstr;

// Two inputs, the second with a range.
constexpr const char* kNet = R"({
  "inputs": [{"name": "a", "shape": [-1, 2]},
             {"name": "b", "shape": [-1, 3], "min_shape": [1, 3], "max_shape": [4, 3]}],
  "outputs": [{"name": "x", "shape": [-1, 2]}, {"name": "y", "shape": [-1, 3]}],
  "ops": [{"op": "identity", "input": "a", "output": "x"},
          {"op": "linear", "input": "b", "output": "y",
           "weights": [[2, 0, 0], [0, 2, 0], [0, 0, 2]], "bias": [0, 0, 1]}]})";

NetFiles Files(const std::string& text) {
  NetFiles files;
  files.net = {"net.json", "", std::make_shared<std::vector<char>>(text.begin(), text.end())};
  return files;
}

Result<std::shared_ptr<const Net>> Load(const std::string& text) {
  return (*FindEngine("example"))->Load(Files(text), {});
}

Tensor Full(Shape shape, float value, DataType dtype = DataType::kFloat32) {
  auto tensor = *Tensor::Allocate(dtype, shape);
  if (dtype == DataType::kFloat32) {
    std::fill_n(tensor.data<float>(), tensor.num_elements(), value);
  }
  return tensor;
}

TEST(Session, RunsAndNamesOutputs) {
  const Session session(*Load(kNet), "net 'n'");
  const std::vector<Tensor> inputs{Full({2, 2}, 5), Full({2, 3}, 1)};
  const auto outputs = session.Run(inputs);
  ASSERT_TRUE(outputs) << outputs.error().message();
  EXPECT_EQ((*outputs)[0].data<float>()[3], 5);
  EXPECT_EQ((*outputs)[1].data<float>()[5], 3);
  EXPECT_EQ(Name((*outputs)[1].shape()), "2x3");
}

TEST(Session, ChecksInputsBeforeTheEngineSeesThem) {
  const Session session(*Load(kNet), "net 'n'");
  const auto message = [&](std::vector<Tensor> inputs) {
    const auto outputs = session.Run(inputs);
    return outputs ? "accepted" : outputs.error().message();
  };
  EXPECT_EQ(message({Full({1, 2}, 0)}), "net 'n': 1 inputs given, the network takes 2");
  EXPECT_EQ(message({Full({1, 3}, 0), Full({1, 3}, 0)}),
            "net 'n': input 'a' has shape 1x3, the network takes float32 ?x2");
  EXPECT_EQ(message({Full({1, 2}, 0), Full({5, 3}, 0)}),
            "net 'n': input 'b' has shape 5x3, the network takes float32 ?x3 (1x3 .. 4x3)");
  EXPECT_EQ(message({Full({1, 2}, 0, DataType::kUint8), Full({1, 3}, 0)}),
            "net 'n': input 'a' has element type uint8, the network takes float32");
  EXPECT_EQ(message({Tensor(nullptr, DataType::kFloat32, {1, 2}), Full({1, 3}, 0)}),
            "net 'n': input 'a' has no data");
  EXPECT_THAT(message({Full({2}, 0), Full({1, 3}, 0)}), HasSubstr("input 'a' has shape 2,"));
}

TEST(Session, OutputsOfOneRunOutliveTheNext) {
  const Session session(*Load(kNet), "n");
  const auto first = *session.Run(std::vector<Tensor>{Full({1, 2}, 1), Full({1, 3}, 1)});
  const auto second = *session.Run(std::vector<Tensor>{Full({1, 2}, 2), Full({1, 3}, 2)});
  EXPECT_EQ(first[0].data<float>()[0], 1);
  EXPECT_EQ(second[0].data<float>()[0], 2);
}

TEST(Session, ManyThreadsGetTheirOwnResults) {
  const Session session(*Load(kNet), "n");
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 200; ++i) {
        const auto value = static_cast<float>(t * 1000 + i);
        const auto out = session.Run(std::vector<Tensor>{Full({1, 2}, value), Full({1, 3}, value)});
        wrong +=
            !out || (*out)[0].data<float>()[1] != value || (*out)[1].data<float>()[0] != 2 * value;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

// A net that counts how many runs are inside at the same time.
class CountingNet : public Net {
 public:
  explicit CountingNet(int max) : max_(max) {}
  const std::vector<TensorInfo>& inputs() const override { return none_; }
  const std::vector<TensorInfo>& outputs() const override { return none_; }
  int max_concurrent_runs() const override { return max_; }
  Result<std::unique_ptr<Request>> CreateRequest() const override;

  mutable std::atomic<int> inside{0}, most{0};

 private:
  const int max_;
  std::vector<TensorInfo> none_;
};

class CountingRequest : public Request {
 public:
  explicit CountingRequest(const CountingNet& net) : net_(net) {}
  Result<void> SetShapes(Span<const Shape>) override { return {}; }
  Result<Tensor> Input(size_t) override { return Tensor(); }
  Result<void> BindInput(size_t, const Tensor&) override { return {}; }
  Result<void> BindOutput(size_t, const Tensor&) override { return {}; }
  Result<Tensor> Output(size_t) override { return Tensor(); }
  Result<void> Run() override {
    const int now = ++net_.inside;
    int most = net_.most;
    while (now > most && !net_.most.compare_exchange_weak(most, now)) {
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    --net_.inside;
    return {};
  }

 private:
  const CountingNet& net_;
};

Result<std::unique_ptr<Request>> CountingNet::CreateRequest() const {
  return std::make_unique<CountingRequest>(*this);
}

TEST(Session, CallersWaitWhereMoreOfThemDoNotPay) {
  const auto net = std::make_shared<CountingNet>(1);
  const Session session(net, "n");
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 5; ++i) EXPECT_TRUE(session.Run({}));
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(net->most, 1);
}

TEST(ExampleEngine, ReportsBadFilesWithTheirPlace) {
  const auto message = [](const std::string& from, const std::string& to) {
    std::string text = kNet;
    text.replace(text.find(from), from.size(), to);
    const auto net = Load(text);
    return net ? "accepted" : net.error().message();
  };
  EXPECT_THAT(message("\"linear\"", "\"liner\""),
              HasSubstr("net.json:/ops/1/op: unknown op 'liner'"));
  EXPECT_THAT(message("\"input\": \"b\"", "\"input\": \"c\""),
              HasSubstr("net.json:/ops/1/input: tensor 'c' is not defined"));
  EXPECT_THAT(message("[0, 0, 1]", "[0, 1]"), HasSubstr("ops/1/bias: 2 values"));
  EXPECT_THAT(message("\"ops\"", "\"opps\""), HasSubstr("did you mean 'ops'?"));
}

}  // namespace
}  // namespace mmdeploy
