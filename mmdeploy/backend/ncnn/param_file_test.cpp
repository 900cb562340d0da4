#include "mmdeploy/backend/ncnn/param_file.h"

#include <gmock/gmock.h>

#include "mmdeploy/backend/ncnn/layer/check.h"
#include "mmdeploy/backend/ncnn/test_net.h"

namespace mmdeploy::ncnn::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

std::string ParseError(const std::string& text) {
  const auto file = ParseParam(text, "f.param");
  return file ? "" : file.error().message();
}

// Why a layer after an Input is refused.
std::string LayerError(const std::string& layer) {
  const auto file = ParseParam(Param({"Input x 0 1 x", layer}, 2), "f.param");
  if (!file) return file.error().message();
  const auto checked = CheckLayers(*file, 1000, "f.param");
  return checked ? "" : checked.error().message();
}

TEST(ParamFileTest, ReadsLayersBlobsAndParameters) {
  const auto file = ParseParam(Param({"Input  in 0 1 x", "Split s 1 2 x a b\r", "",
                                      "Clip c 1 1 a y 0=-1 1=6.5e0 -23303=2,7,-8"},
                                     4),
                               "f.param");
  ASSERT_FALSE(file);  // the empty line is no layer
  const auto good = ParseParam(
      "7767517\n3 4\nInput  in 0 1 x\n\nSplit s 1 2 x a b\r\nClip c 1 1 a y 0=-1 1=6.5e0 "
      "-23303=2,7,-8\n",
      "f.param");
  ASSERT_TRUE(good) << good.error().message();
  EXPECT_THAT(good->blobs, ElementsAre("x", "a", "b", "y"));
  const auto& clip = good->layers[2];
  EXPECT_EQ(Describe(clip), "layer 'c' (Clip, line 6)");
  EXPECT_EQ(clip.Int(0, 0), -1);
  EXPECT_EQ(clip.Number(1, 0), 6.5);
  EXPECT_THAT(clip.Array(3), ElementsAre(7, -8));
  EXPECT_THAT(good->Outputs(), ElementsAre(2, 3));
  EXPECT_EQ(good->Producer(2).name, "s");
}

TEST(ParamFileTest, WhatIsPrintedReadsTheSame) {
  const auto file =
      ParseParam(Param({"Input x 0 1 x 0=3", "Clip c 1 1 x y 0=-0.1 1=1e30"}, 2), "f");
  const auto again = ParseParam(PrintParam(*file), "f");
  ASSERT_TRUE(again) << again.error().message();
  EXPECT_EQ(PrintParam(*again), PrintParam(*file));
  EXPECT_EQ(again->layers[1].Number(0, 0), file->layers[1].Number(0, 0));
}

TEST(ParamFileTest, WhatIsNoParamFile) {
  EXPECT_THAT(ParseError(""), HasSubstr("'f.param' is no .param file of ncnn: the first line is "
                                        "empty, expected '7767517'"));
  EXPECT_THAT(ParseError("{\"a\": 1}"), HasSubstr("the first line is '{\"a\":', expected"));
  EXPECT_THAT(ParseError(std::string("\xdd\x85\x76\x00\x01", 5)),
              HasSubstr("this is a binary .param.bin, give the text it was made from"));
  EXPECT_THAT(ParseError("\x1b[31m"), HasSubstr("the first line is '?[31m'"));
}

TEST(ParamFileTest, WrongCounts) {
  EXPECT_THAT(ParseError("7767517\n"), HasSubstr("expected the number of layers and the number"));
  EXPECT_THAT(ParseError("7767517\n2000000000 1\n"),
              HasSubstr("line 2: number of layers is '2000000000', allowed 1..8192"));
  EXPECT_THAT(ParseError("7767517\n1 -1\n"), HasSubstr("number of blobs is '-1', allowed 1.."));
  EXPECT_THAT(ParseError("7767517\n2 1\nInput x 0 1 x\n"),
              HasSubstr("the file ends after 1 of 2 layers; copy it again"));
  EXPECT_THAT(ParseError("7767517\n1 1\nInput x 0 1 x\nReLU r 1 1 x y\n"),
              HasSubstr("line 4: text after the 1 layers that line 2 announces, found 'ReLU'"));
  EXPECT_THAT(ParseError(Param({"Input x 0 1 x"}, 2)),
              HasSubstr("the layers make 1 blobs, line 2 announces 2"));
  EXPECT_THAT(ParseError(Param({"Input x 0 2 x y"}, 1)),
              HasSubstr("the layers make more than the 1 blobs"));
  EXPECT_THAT(ParseError(Param({"Input x 0 99999999 x"}, 1)),
              HasSubstr("number of outputs is '99999999', allowed 0..65536"));
  EXPECT_THAT(ParseError(Param({"Input x 0 3 x"}, 1)),
              HasSubstr("layer 'x' has 0 inputs and 3 outputs, the line names 1 blobs"));
}

TEST(ParamFileTest, WrongWiring) {
  EXPECT_THAT(LayerError("ReLU r 1 1 z y"),
              HasSubstr("line 4: layer 'r' uses blob 'z', which no layer before it makes"));
  EXPECT_THAT(LayerError("ReLU r 1 1 x x"), HasSubstr("makes blob 'x', which another layer makes"));
  EXPECT_THAT(LayerError("BinaryOp r 2 1 x x y"),
              HasSubstr("uses blob 'x', which another layer uses; put a layer Split behind it"));
}

TEST(ParamFileTest, WrongParameters) {
  EXPECT_THAT(LayerError("ReLU r 1 1 x y 0"), HasSubstr("parameter '0', expected <id>=<number>"));
  EXPECT_THAT(LayerError("ReLU r 1 1 x y 32=1"), HasSubstr("has id 32, allowed 0..31"));
  EXPECT_THAT(LayerError("ReLU r 1 1 x y 0=1 0=2"), HasSubstr("parameter 0 is there twice"));
  EXPECT_THAT(LayerError("ReLU r 1 1 x y 0="), HasSubstr("parameter 0 has 0 numbers, expected 1"));
  EXPECT_THAT(LayerError("ReLU r 1 1 x y 0=99999999999"), HasSubstr("expected a number"));
  EXPECT_THAT(LayerError("ReLU r 1 1 x y 0=1e99"), HasSubstr("parameter 0 is '1e99', expected"));
  EXPECT_THAT(LayerError("Reshape r 1 1 x y 6=0w"), HasSubstr("texts are not supported"));
  EXPECT_THAT(LayerError("Slice s 1 1 x y -23300=3,1"),
              HasSubstr("parameter 0 has 1 numbers, expected 3"));
  EXPECT_THAT(LayerError("Slice s 1 1 x y -23300=-3"),
              HasSubstr("number of array elements is '-3', allowed 0..65536"));
  EXPECT_THAT(LayerError("ReLU r 1 1 x y 9=1"),
              HasSubstr("'f.param': layer 'r' (ReLU, line 4): parameter 9 is not known"));
  EXPECT_THAT(LayerError("ReLU r 1 1 x y -23300=1,1"),
              HasSubstr("slope (parameter 0) is an array, expected one number"));
}

TEST(ParamFileTest, UnknownLayer) {
  EXPECT_THAT(LayerError("Convolutoin c 1 1 x y"),
              HasSubstr("'f.param', line 4: ncnn has no layer of type 'Convolutoin', known: "));
  EXPECT_THAT(LayerError("Convolutoin c 1 1 x y"), HasSubstr("did you mean 'Convolution'?"));
}

TEST(ParamFileTest, NumbersThatNcnnWouldComputeWith) {
  const auto convolution = [](const std::string& params) {
    return LayerError("Convolution c 1 1 x y " + params);
  };
  EXPECT_EQ(convolution("0=2 1=3 6=36"), "");
  EXPECT_THAT(convolution("1=3 6=36"), HasSubstr("num_output, kernel_w or weight_data_size"));
  EXPECT_THAT(convolution("0=-2 1=3 6=36"), HasSubstr("num_output (parameter 0) is -2, allowed 1"));
  EXPECT_THAT(convolution("0=2 1=0 6=36"), HasSubstr("kernel_w (parameter 1) is 0, allowed 1"));
  EXPECT_THAT(convolution("0=2 1=3 6=36 3=0"), HasSubstr("stride_w (parameter 3) is 0, allowed"));
  EXPECT_THAT(convolution("0=2 1=3 6=37"),
              HasSubstr("weight_data_size 37 does not fit num_output"));
  EXPECT_THAT(convolution("0=2 1=3 6=36 4=-1"), HasSubstr("padding -1 (parameter 4) is negative"));
  EXPECT_THAT(convolution("0=2 1=3 6=36 9=3"), HasSubstr("has 0 numbers, activation_type 3 takes"));
  EXPECT_THAT(convolution("0=2 1=3 6=100008"),
              HasSubstr("has 100008 weights, the weights file has 1000 bytes"));
  EXPECT_THAT(LayerError("ConvolutionDepthWise c 1 1 x y 0=4 1=1 6=4 7=3"),
              HasSubstr("group 3 does not divide num_output 4"));
  EXPECT_THAT(LayerError("Softmax s 1 1 x y 0=7"), HasSubstr("axis (parameter 0) is 7, allowed"));
  EXPECT_THAT(LayerError("MemoryData m 0 1 y 0=60000 1=60000"),
              HasSubstr("the weights file has 1000 bytes"));
  EXPECT_THAT(LayerError("BinaryOp b 1 1 x y"), HasSubstr("1 inputs with with_scalar=0"));
}

// What another layer makes, and what is no size of an image, is not told to ncnn.
TEST(ParamFileTest, OnlyConvolutionsHaveHints) {
  const auto printed = [](const std::string& layer) {
    const auto file = ParseParam(Param({"Input x 0 1 x", layer}, 2), "net.param");
    EXPECT_TRUE(file) << file.error().message();
    return file ? PrintForNcnn(*file) : "";
  };
  const std::string conv = "Convolution c 1 1 x y 0=2 1=1 6=2 -23330=";
  EXPECT_THAT(printed(conv + "4,3,7,5,2"), HasSubstr("-23330=4,3,7,5,2"));
  for (const char* hint : {"4,3,0,5,2", "4,3,7,-5,2", "4,3,7,5,99999", "4,2,7,5,1", "3,3,7,5",
                           "5,3,7,5,2,1", "4,3.0,7.0,5.0,2.0"}) {
    EXPECT_THAT(printed(conv + hint), Not(HasSubstr("-23330"))) << hint;
  }
  EXPECT_THAT(printed("ReLU r 1 1 x y -23330=4,3,7,5,2"), Not(HasSubstr("-23330")));
}

}  // namespace
}  // namespace mmdeploy::ncnn::testing
