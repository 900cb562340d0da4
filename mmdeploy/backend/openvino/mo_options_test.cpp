#include "mmdeploy/backend/openvino/mo_options.h"

#include <gmock/gmock.h>

namespace mmdeploy::openvino {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string Message(const std::map<std::string, std::string>& options) {
  const auto parsed = ParseMoOptions(options);
  return parsed ? "accepted" : parsed.error().message();
}

TEST(ParseMoOptions, ReadsTheExampleOfTheDocumentation) {
  const auto options = ParseMoOptions({{"--mean_values", "[0, 0, 0]"},
                                       {"--scale_values", "[255, 255, 255]"},
                                       {"--data_type", "FP32"},
                                       {"--disable_fusing", ""}});
  ASSERT_TRUE(options) << options.error().message();
  ASSERT_EQ(options->mean.size(), 1);
  EXPECT_EQ(options->mean[0].input, "");
  EXPECT_THAT(options->mean[0].value, ElementsAre(0, 0, 0));
  EXPECT_THAT(options->scale[0].value, ElementsAre(255, 255, 255));
  EXPECT_FALSE(options->fp16_weights);
  EXPECT_THAT(options->ignored, ElementsAre("--disable_fusing"));
}

TEST(ParseMoOptions, ReadsValuesOfSingleInputs) {
  const auto options = ParseMoOptions({{"data_type", "half"},
                                       {"mean_values", "a[1,2.5],b(3)"},
                                       {"scale", "255"},
                                       {"layout", "a(nhwc->nchw),b(nc)"},
                                       {"input", "a,b"},
                                       {"input_shape", "[1,3,-1,?],[4]"},
                                       {"output", "x, y"},
                                       {"batch", "2"},
                                       {"reverse_input_channels", ""}});
  ASSERT_TRUE(options) << options.error().message();
  EXPECT_TRUE(options->fp16_weights);
  EXPECT_EQ(options->mean[1].input, "b");
  EXPECT_THAT(options->mean[0].value, ElementsAre(1, 2.5));
  EXPECT_THAT(options->scale[0].value, ElementsAre(255));
  EXPECT_EQ(options->layout[0].value, "nhwc->nchw");
  EXPECT_EQ(options->layout[1].input, "b");
  EXPECT_THAT(options->inputs, ElementsAre("a", "b"));
  EXPECT_EQ(Name(options->input_shapes[0]), "1x3x?x?");
  EXPECT_EQ(Name(options->input_shapes[1]), "4");
  EXPECT_THAT(options->outputs, ElementsAre("x", "y"));
  EXPECT_EQ(options->batch, 2);
  EXPECT_TRUE(options->reverse_input_channels);
}

TEST(ParseMoOptions, RefusesByName) {
  EXPECT_THAT(Message({{"--transform", "LowLatency2"}}),
              HasSubstr("mo_options: '--transform': not known, or without a counterpart"));
  EXPECT_THAT(Message({{"--mean_value", "[0]"}}), HasSubstr("did you mean '--mean_values'?"));
  EXPECT_EQ(Message({{"--data_type", "FP8"}}),
            "mo_options: '--data_type': 'FP8', allowed: FP32 (float), FP16 (half)");
  EXPECT_EQ(Message({{"--mean_values", "[0,x]"}}),
            "mo_options: '--mean_values': 'x' is not a number");
  EXPECT_THAT(Message({{"--mean_values", ""}}), HasSubstr("no number in ''"));
  EXPECT_THAT(Message({{"--input_shape", "[1,0]"}}), HasSubstr("dimension '0' in '[1,0]'"));
  EXPECT_THAT(Message({{"--input_shape", "[1,1,1,1,1,1,1,1,1]"}}), HasSubstr("9 dimensions"));
  EXPECT_THAT(Message({{"--compress_to_fp16", "maybe"}}), HasSubstr("'maybe', allowed: True"));
}

}  // namespace
}  // namespace mmdeploy::openvino
