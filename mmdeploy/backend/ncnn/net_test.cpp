#include "mmdeploy/backend/ncnn/net.h"

#include <gmock/gmock.h>

#include <thread>

#include "mmdeploy/backend/ncnn/test_net.h"
#include "tests/conformance/request_contract.h"

namespace mmdeploy::ncnn::testing {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::FloatNear;
using ::testing::HasSubstr;
using ::testing::Pointwise;

const std::vector<std::string> kLinear = {"Input x 0 1 x 0=2",
                                          "InnerProduct fc 1 1 x y 0=2 1=1 2=4"};
// Rows {1,2} and {3,4} behind the tag of float32, and a bias.
const std::string kLinearBin = Floats({0, 1, 2, 3, 4, 10, 20});

const std::vector<std::string> kConvolution = {"Input x 0 1 x 0=0 1=0 2=2",
                                               "Convolution c 1 1 x y 0=2 1=3 4=1 6=36"};

std::string ConvolutionBin() {
  std::vector<float> values(37, 0.5f);
  values[0] = 0;
  return Floats(values);
}

TEST(NcnnNetTest, RequestContract) {
  const auto net = Load(Param({"Input x 0 1 x 0=3",
                               "BinaryOp y 1 1 x y 0=2 1=1 2=2.0 "
                               "-23330=4,1,3,0,0"},
                              2),
                        "");
  ASSERT_TRUE(net) << net.error().message();
  mmdeploy::testing::RequestContract(*net).CheckAll();
}

TEST(NcnnNetTest, RunsABatchImageByImage) {
  const Session session(*Load(Param(kLinear, 2), kLinearBin), "net");
  const auto y = session.Run(std::vector<Tensor>{MakeTensor({2, 2}, {1, 1, 2, -1})});
  ASSERT_TRUE(y) << y.error().message();
  EXPECT_EQ((*y)[0].shape(), (Shape{2, 2}));
  EXPECT_THAT(Values((*y)[0]), ElementsAre(13, 27, 10, 22));
}

TEST(NcnnNetTest, ChannelsAreCopiedWithoutTheirGaps) {
  // Channels of 3 elements are 16 bytes apart in ncnn.
  const Session session(*Load(Param({"Input x 0 1 x 0=3 1=1 2=2", "Split s 1 1 x y"}, 2), ""), "n");
  const auto y = session.Run(std::vector<Tensor>{MakeTensor({1, 2, 1, 3}, {1, 2, 3, 4, 5, 6})});
  ASSERT_TRUE(y) << y.error().message();
  EXPECT_THAT(Values((*y)[0]), ElementsAre(1, 2, 3, 4, 5, 6));
}

// By the hint ncnn chooses an algorithm for other sizes; the result must stay.
TEST(NcnnNetTest, HintsOfOtherSizes) {
  const std::string conv = "Convolution c 1 1 x y 0=16 1=3 4=1 6=2304";
  std::vector<float> weights(2305, 0), pixels(16 * 9 * 7);
  for (size_t i = 1; i < weights.size(); ++i) weights[i] = static_cast<float>(i % 17) / 16 - 0.5F;
  for (size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<float>(i % 13) / 8 - 0.5F;
  const auto run = [&](const std::string& hint) {
    const auto net = Load(Param({"Input x 0 1 x 0=0 1=0 2=16", conv + hint}, 2), Floats(weights));
    EXPECT_TRUE(net) << net.error().message();
    const auto y = Session(*net, "net").Run(std::vector<Tensor>{MakeTensor({1, 16, 9, 7}, pixels)});
    EXPECT_TRUE(y) << y.error().message();
    return Values((*y)[0]);
  };
  const std::vector<float> expected = run("");
  for (const char* size : {"4,3,1,1,16", "4,3,5,5,16", "4,3,30,30,16", "4,3,300,300,16"}) {
    EXPECT_THAT(run(std::string(" -23330=") + size), Pointwise(FloatNear(1e-3F), expected)) << size;
  }
}

TEST(NcnnNetTest, KeepsTheCallersInput) {
  const Session session(*Load(Param({"Input x 0 1 x 0=3", "ReLU r 1 1 x y"}, 2), ""), "net");
  const auto x = MakeTensor({1, 3}, {-1, 2, -3});
  ASSERT_TRUE(session.Run(std::vector<Tensor>{x}));
  EXPECT_THAT(Values(x), ElementsAre(-1, 2, -3));
}

TEST(NcnnNetTest, SeveralInputsAndOutputs) {
  const auto net = Load(
      Param({"Input b 0 1 b 0=3", "Input a 0 1 a 0=2", "ReLU p 1 1 a z", "AbsVal q 1 1 b y"}, 4),
      "");
  ASSERT_TRUE(net) << net.error().message();
  EXPECT_EQ((*net)->inputs()[0].name, "b");
  EXPECT_EQ((*net)->outputs()[0].name, "z");
  const Session session(*net, "net");
  const auto b = MakeTensor({1, 3}, {-1, 2, -3}), a = MakeTensor({1, 2}, {-5, 6});
  const auto out = session.Run(std::vector<Tensor>{b, a});
  ASSERT_TRUE(out) << out.error().message();
  EXPECT_THAT(Values((*out)[0]), ElementsAre(0, 6));
  EXPECT_THAT(Values((*out)[1]), ElementsAre(1, 2, 3));
  const auto more = session.Run(std::vector<Tensor>{b, MakeTensor({2, 2}, {1, 2, 3, 4})});
  ASSERT_FALSE(more);
  EXPECT_THAT(more.error().message(), HasSubstr("the inputs have different numbers of images"));
}

TEST(NcnnNetTest, TellsWhatItRunsIn) {
  EXPECT_EQ((*Load(Param(kLinear, 2), kLinearBin))->precision(), "float32");
}

TEST(NcnnNetTest, WeightsOf16BitsAreRead) {
  // 1, 2, 3, 4 as float16 behind their tag.
  const std::string half("\x47\x6b\x30\x01\x00\x3c\x00\x40\x00\x42\x00\x44", 12);
  const Session session(*Load(Param(kLinear, 2), half + Floats({10, 20})), "net");
  const auto y = session.Run(std::vector<Tensor>{MakeTensor({1, 2}, {1, 1})});
  ASSERT_TRUE(y) << y.error().message();
  EXPECT_THAT(Values((*y)[0]), ElementsAre(13, 27));
}

TEST(NcnnNetTest, ErrorsNameTheLayerAndTheInputs) {
  const auto net = Load(Param(kConvolution, 2), ConvolutionBin());
  ASSERT_TRUE(net) << net.error().message();
  const Session session(*net, "net");
  const auto good = MakeTensor({1, 2, 4, 4}, std::vector<float>(32, 1.f));
  ASSERT_TRUE(session.Run(std::vector<Tensor>{good}));
  const auto none = session.Run(std::vector<Tensor>{MakeTensor({1, 2, 0, 4}, {})});
  ASSERT_FALSE(none);
  EXPECT_THAT(none.error().message(), HasSubstr("ncnn cannot run with inputs 'x' 1x2x0x4: input"));
  EXPECT_TRUE(session.Run(std::vector<Tensor>{good}));
}

TEST(NcnnNetTest, AFailingCallerDoesNotDisturbOthers) {
  const auto net = Load(Param({"Input x 0 1 x 0=0", "Reshape r 1 1 x y 0=3 1=2"}, 2), "");
  ASSERT_TRUE(net) << net.error().message();
  const Session session(*net, "net");
  std::thread failing([&] {
    for (int i = 0; i < 200; ++i) {
      const auto bad = session.Run(std::vector<Tensor>{MakeTensor({1, 5}, {1, 2, 3, 4, 5})});
      ASSERT_FALSE(bad);
      EXPECT_THAT(
          bad.error().message(),
          HasSubstr("layer 'r' (Reshape, line 4): input 5 has 5 elements, the new shape 6"));
    }
  });
  for (int i = 0; i < 200; ++i) {
    const auto y = session.Run(std::vector<Tensor>{MakeTensor({1, 6}, {1, 2, 3, 4, 5, 6})});
    EXPECT_TRUE(y && (*y)[0].shape() == (Shape{1, 2, 3}));
  }
  failing.join();
}

TEST(NcnnNetTest, ChannelsThatTheWeightsAreNotForAreRefused) {
  auto layers = kConvolution;
  layers[0] = "Input x 0 1 x";
  const Session session(*Load(Param(layers, 2), ConvolutionBin()), "net");
  const auto y =
      session.Run(std::vector<Tensor>{MakeTensor({1, 64, 4, 4}, std::vector<float>(1024, 1.f))});
  ASSERT_FALSE(y);
  EXPECT_THAT(y.error().message(), HasSubstr("layer 'c' (Convolution, line 4): input 64x4x4 has 64 "
                                             "channels, the weights are for 2"));
}

TEST(NcnnNetTest, OptionsThatItDoesNotHave) {
  NetOptions vulkan, precision;
  vulkan.use_vulkan = true;
  precision.precision = "FP61";
  EXPECT_THAT(LoadError(Param(kLinear, 2), kLinearBin, vulkan),
              HasSubstr("use_vulkan is set, but ncnn"));
  EXPECT_THAT(LoadError(Param(kLinear, 2), kLinearBin, precision),
              HasSubstr("engine 'ncnn' has no precision 'FP61', allowed: "));
}

TEST(NcnnNetTest, TruncatedWeights) {
  for (size_t size = 0; size < kLinearBin.size(); ++size) {
    EXPECT_NE(LoadError(Param(kLinear, 2), kLinearBin.substr(0, size)), "") << size;
  }
  EXPECT_THAT(LoadError(Param(kLinear, 2), kLinearBin.substr(0, 24)),
              AllOf(HasSubstr("'net.bin' ends after 24 bytes, the layers need more"),
                    HasSubstr("the first that lacks some is layer 'fc' (InnerProduct, line 4)")));
}

TEST(NcnnNetTest, WeightsThatAreLeft) {
  EXPECT_THAT(LoadError(Param(kLinear, 2), kLinearBin + "more"),
              HasSubstr("'net.bin' has 32 bytes, the layers take 28; check that both files belong "
                        "together"));
}

TEST(NcnnNetTest, SwappedFiles) {
  EXPECT_THAT(LoadError(kLinearBin, Param(kLinear, 2)),
              HasSubstr("ncnn cannot load 'net.param': 'net.param' is no .param file of ncnn"));
}

TEST(NcnnNetTest, WeightsOfAnotherNetwork) {
  EXPECT_THAT(LoadError(Param(kConvolution, 2), kLinearBin),
              HasSubstr("layer 'c' (Convolution, line 4): has 36 weights, the weights file has 28 "
                        "bytes; do both files belong together?"));
}

TEST(NcnnNetTest, ALongChainRunsOnAnOrdinaryStack) {
  std::vector<std::string> layers{"Input x 0 1 b0 0=2"};
  for (int i = 1; i < 8000; ++i)
    layers.push_back(fmt::format("AbsVal l{} 1 1 b{} b{}", i, i - 1, i));
  const auto net = Load(Param(layers, 8000), "");
  ASSERT_TRUE(net) << net.error().message();
  const Session session(*net, "net");
  std::thread([&] {
    const auto y = session.Run(std::vector<Tensor>{MakeTensor({1, 2}, {-1, 2})});
    ASSERT_TRUE(y) << y.error().message();
    EXPECT_THAT(Values((*y)[0]), ElementsAre(1, 2));
  }).join();
}

TEST(NcnnNetTest, ConcurrentRunsAreBitEqual) {
  NetOptions options;
  options.num_threads = 1;
  const auto net = Load(Param(kConvolution, 2), ConvolutionBin(), options);
  ASSERT_TRUE(net) << net.error().message();
  const Session session(*net, "net");
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&session, t] {
      const int size = 4 + t;
      const auto x = MakeTensor({1, 2, size, size},
                                std::vector<float>(static_cast<size_t>(2 * size * size), 0.1f));
      const auto first = session.Run(std::vector<Tensor>{x});
      ASSERT_TRUE(first);
      for (int i = 0; i < 50; ++i) {
        EXPECT_EQ(Values((*session.Run(std::vector<Tensor>{x}))[0]), Values((*first)[0]));
      }
    });
  }
  for (auto& thread : threads) thread.join();
}

}  // namespace
}  // namespace mmdeploy::ncnn::testing
