#include <gtest/gtest.h>

#include <cstring>

#include "mmdeploy/backend/ncnn/convert/layer.h"
#include "mmdeploy/backend/ncnn/convert/testing.h"

namespace mmdeploy::ncnn_convert {
namespace {

constexpr char kConv[] =
    "g (float[1,1,2,2] x) => (float[1,1,2,2] y) <float[1,1,1,1] w = {2}, float[1] b = {3}> "
    "{ y = Conv(x, w, b) }";

TEST(NcnnConvertTest, ParamHasMagicCountsAndColumns) {
  const auto model = ConvertText("g (float[1,2] x) => (float[1,2] y) { y = Relu(x) }");
  ASSERT_TRUE(model) << model.error().message();
  EXPECT_EQ(model->param,
            "7767517\n2 2\n"
            "Input            x                        0 1 x\n"
            "ReLU             y                        1 1 x y\n");
  EXPECT_EQ(model->bin, "");
}

TEST(NcnnConvertTest, BinHasTagWeightAndBias) {
  const auto model = ConvertText(kConv);
  ASSERT_TRUE(model) << model.error().message();
  const float expected[] = {0, 2, 3};  // the tag is a zero
  ASSERT_EQ(model->bin.size(), sizeof(expected));
  EXPECT_EQ(std::memcmp(model->bin.data(), expected, sizeof(expected)), 0);
}

TEST(NcnnConvertTest, HalvesAreAlignedToFourBytes) {
  ConvertOptions options;
  options.fp16_storage = true;
  const auto model = ConvertText(kConv, 13, options);
  ASSERT_TRUE(model) << model.error().message();
  EXPECT_EQ(model->bin, std::string("\x47\x6B\x30\x01"
                                    "\x00\x40\x00\x00"
                                    "\x00\x00\x40\x40",
                                    12));
}

TEST(NcnnConvertTest, OpenBatchIsOne) {
  EXPECT_EQ(Layers("g (float[N,2,3] x) => (float[N,6] y) { y = Flatten(x) }"),
            "Input x 0 1 x\nFlatten y 1 1 x y\n");
}

TEST(NcnnConvertTest, OpenSizesStayOpen) {
  EXPECT_EQ(Layers("g (float[1,2,H,W] x) => (float[1,2,a] y) <int64[3] s = {1, 2, -1}> "
                   "{ y = Reshape(x, s) }"),
            "Input x 0 1 x\nReshape y 1 1 x y 0=-1 1=2\n");
}

TEST(NcnnConvertTest, ListsAllThatCannotBeConverted) {
  const std::string message = Layers(
      "g (float[1,4] x, bool[1,4] c) => (float[1,4] y) "
      "{ [first] a = Range(x, x, x) [second] b = NoSuch(a) y = Add(a, b) }");
  EXPECT_NE(message.find("node 'first' (Range): ncnn has no such layer"), message.npos) << message;
  EXPECT_NE(message.find("node 'second' (NoSuch): ncnn has no layer for it"), message.npos)
      << message;
}

TEST(NcnnConvertTest, RefusesABatch) {
  EXPECT_EQ(Layers("g (float[2,4] x) => (float[2,4] y) { y = Relu(x) }"),
            "cannot be converted to ncnn: "
            "inputs: input 'x' is float32[2,4], its first dimension must be the batch of 1; "
            "outputs: output 'y' is float32[2,4], its first dimension must be the batch of 1");
}

TEST(NcnnConvertTest, RefusesAnInputThatIsAnOutput) {
  EXPECT_EQ(Layers("g (float[1,4] x) => (float[1,4] x) { y = Relu(x) }"),
            "cannot be converted to ncnn: outputs: output 'x' is the input of this name, ncnn has "
            "one blob of a name");
}

// With their weights.
TEST(NcnnConvertTest, OutputsStandLastInTheirOrder) {
  const auto model = ConvertText(R"(
    g (float[1,1,2,2] x) => (float[1,1,2,2] y, float[1,1,2,2] z) <float[1,1,1,1] w = {2}, float[1,1,1,1] v = {3}> {
    z = Conv(x, w) s = Sigmoid(x) y = Conv(s, v) })");
  ASSERT_TRUE(model) << model.error().message();
  EXPECT_LT(model->param.find("Sigmoid"), model->param.find("\nConvolution      y"));
  EXPECT_LT(model->param.find("\nConvolution      y"), model->param.find("\nConvolution      z"));
  const float expected[] = {0, 3, 0, 2};
  ASSERT_EQ(model->bin.size(), sizeof(expected));
  EXPECT_EQ(std::memcmp(model->bin.data(), expected, sizeof(expected)), 0);
  // One that is read stays where it is.
  EXPECT_EQ(
      Layers("g (float[1,2] x) => (float[1,2] y, float[1,2] z) { z = Relu(x) y = Sigmoid(z) }"),
      "Input x 0 1 x\nReLU z 1 1 x z_splitncnn\nSplit splitncnn_0 1 2 z_splitncnn z "
      "z_splitncnn_0\nSigmoid y 1 1 z_splitncnn_0 y\n");
}

TEST(NcnnConvertTest, RefusesAModelWithoutInputs) {
  const auto model =
      ConvertText("g () => (float[1,2] y) <float[1,2] c = {1, 2}> { y = Identity(c) }");
  ASSERT_FALSE(model);
  EXPECT_EQ(model.error().message(),
            "cannot be converted to ncnn: it has no inputs, ncnn runs networks with some");
}

TEST(NcnnConvertTest, RefusesWeightsThatAreComputed) {
  EXPECT_EQ(Layers("g (float[1,1,4,4] x, float[1,1,1,1] w) => (float[1,1,4,4] y) "
                   "{ [c] y = ConvTranspose(x, w) }"),
            "cannot be converted to ncnn: node 'c' (ConvTranspose): 'w' must be constant");
  EXPECT_EQ(Layers("g (float[1,1,4,4,4] x, float[1,1,1,1,1] w) => (float[1,1,4,4,4] y) "
                   "{ [c] y = Conv(x, w) }"),
            "cannot be converted to ncnn: node 'c' (Conv): the weight 'w' is computed and "
            "float32[1,1,1,1,1], ncnn takes such of known dimensions, three or four");
  EXPECT_EQ(Layers("g (float[1,1,4,4] x, float[1,1,k,1] w) => (float[1,1,h,4] y) "
                   "{ [c] y = Conv(x, w) }"),
            "cannot be converted to ncnn: node 'c' (Conv): the weight 'w' is computed and "
            "float32[1,1,k,1], ncnn takes such of known dimensions, three or four");
}

// ONNX has the same weights for all images of a batch.
TEST(NcnnConvertTest, RefusesWeightsOfSeveralImages) {
  EXPECT_EQ(
      Layers("g (float[n,1,4,4] x, float[n,1,1,1] w) => (float[n,n,4,4] y) "
             "{ [c] y = Conv(x, w) }"),
      "cannot be converted to ncnn with an open batch, which it runs image by image; fix the "
      "first dimension of the inputs at 1, or change: node 'c' (Conv): 'w' is another one for "
      "each image");
}

TEST(NcnnConvertTest, ParametersFitIntoThirtyTwoBits) {
  Layer layer;
  layer.type = "Crop";
  layer.name = "y";
  layer.Set(9, std::vector<int64_t>{int64_t{1} << 40});
  EXPECT_EQ(WriteParam({layer}).error().message(),
            "layer 'y' (Crop): 1099511627776 does not fit into the 32 bits of ncnn");
}

}  // namespace
}  // namespace mmdeploy::ncnn_convert
