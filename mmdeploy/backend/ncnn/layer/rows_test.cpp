#include <gmock/gmock.h>

#include <set>
#include <sstream>

#include "mmdeploy/backend/ncnn/layer/check.h"
#include "mmdeploy/backend/ncnn/ops/op_layer.h"
#include "mmdeploy/backend/ncnn/test_net.h"

// What rows say, against what ncnn does.

namespace mmdeploy::ncnn::testing {
namespace {

using ::testing::HasSubstr;

// A layer "type parameters..." over inputs of these dimensions, with so many weights. All inputs
// are filled with one value.
struct Form {
  const char* line;
  std::vector<std::vector<int64_t>> inputs;
  size_t weights = 0;
  int outputs = 1;
  float value = 0.5F;
};

std::string TextOf(const Form& form) {
  constexpr int kIds[5][4] = {{}, {0}, {1, 0}, {2, 1, 0}, {2, 11, 1, 0}};
  std::istringstream words(form.line);
  std::string type, word, blobs, params;
  words >> type;
  while (words >> word) params += " " + word;
  // A network has an input, which such a layer leaves alone.
  const bool reads = type != "MemoryData";
  std::vector<std::string> lines;
  for (size_t i = 0; i < form.inputs.size(); ++i) {
    std::string line = fmt::format("Input x{} 0 1 x{}", i, i);
    for (size_t k = 0; k < form.inputs[i].size(); ++k) {
      line += fmt::format(" {}={}", kIds[form.inputs[i].size()][k], form.inputs[i][k]);
    }
    lines.push_back(line);
    if (reads) blobs += fmt::format(" x{}", i);
  }
  for (int i = 0; i < form.outputs; ++i) blobs += fmt::format(" y{}", i);
  lines.push_back(fmt::format("{} y {} {}{}{}", type, reads ? form.inputs.size() : 0, form.outputs,
                              blobs, params));
  return Param(lines, static_cast<int>(form.inputs.size()) + form.outputs);
}

// The outputs of the layer come last.
template <class T>
std::vector<T> Last(const std::vector<T>& all, int count) {
  return {all.end() - count, all.end()};
}

// What the row says of the outputs.
std::vector<BlobShape> Told(const Form& form) {
  const auto file = ParseParam(TextOf(form), "net.param");
  EXPECT_TRUE(file) << file.error().message();
  std::map<int, BlobShape> inputs;
  for (size_t i = 0; i < form.inputs.size(); ++i) {
    inputs[static_cast<int>(i)] = ShapeOf(form.inputs[i]);
  }
  const auto shapes = InferShapes(*file, inputs);
  EXPECT_TRUE(shapes) << form.line << ": " << shapes.error().message();
  return shapes ? Last(*shapes, form.outputs) : std::vector<BlobShape>();
}

// What ncnn makes.
std::vector<BlobShape> Made(const Form& form) {
  const auto net = Load(TextOf(form), Floats(std::vector<float>(form.weights, 0)));
  EXPECT_TRUE(net) << form.line << ": " << net.error().message();
  if (!net) return {};
  const Session session(*net, "net");
  std::vector<Tensor> inputs;
  for (const auto& dims : form.inputs) {
    std::vector<int64_t> shape = dims;
    shape.insert(shape.begin(), 1);
    inputs.push_back(*Tensor::Allocate(DataType::kFloat32, Shape(shape)));
    std::fill_n(inputs.back().data<float>(), inputs.back().num_elements(), form.value);
  }
  const auto outputs = session.Run(inputs);
  EXPECT_TRUE(outputs) << form.line << ": " << outputs.error().message();
  if (!outputs) return {};
  std::vector<BlobShape> shapes;
  for (const Tensor& output : Last(*outputs, form.outputs)) {
    const Shape& shape = output.shape();
    shapes.push_back(ShapeOf({shape.begin() + 1, shape.end()}));
  }
  return shapes;
}

// Every type that the converter makes (and some that it does not), with the parameters that it
// sets.
std::vector<Form> Forms() {
  return {
      {"ReLU", {{3, 4, 5}}},
      {"ReLU 0=0.1", {{3, 4, 5}}},
      {"ELU 0=0.7", {{3, 4}}},
      {"CELU 0=0.7", {{3, 4}}},
      {"SELU 0=1.3 1=0.8", {{3, 4}}},
      {"Clip 0=-1.0 1=2.0", {{3, 4}}},
      {"Erf", {{3, 4}}},
      {"GELU 0=0", {{3, 4}}},
      {"GELU 0=1", {{3, 4}}},
      {"HardSigmoid 0=0.2 1=0.5", {{3, 4}}},
      {"HardSwish 0=0.2 1=0.5", {{3, 4}}},
      {"Mish", {{3, 4}}},
      {"PReLU 0=3", {{3, 4, 5}}, 3},
      {"PReLU 0=1", {{4}}, 1},
      {"Shrink 0=0.1 1=0.5", {{3, 4}}},
      {"Sigmoid", {{3, 4}}},
      {"Swish", {{3, 4}}},
      {"Threshold 0=0.4", {{3, 4}}},
      {"UnaryOp 0=19", {{3, 4}}},
      {"CumulativeSum 0=1", {{3, 4}}},
      {"Noop", {{3, 4}}},
      {"Split", {{3, 4}}, 0, 3},
      {"MemoryData 0=5 1=4 2=3", {{1}}, 60},
      {"MemoryData 0=5 1=4 11=3 2=2", {{1}}, 120},
      {"BinaryOp 0=2", {{3, 4, 5}, {3, 1, 5}}},
      {"BinaryOp 0=2 1=1 2=2.0", {{4}}},
      {"Softmax 0=1 1=1", {{3, 4}}},
      {"Reduction 0=3 1=0 -23303=1,1 4=0 5=1", {{3, 4, 5}}},
      {"Reduction 0=3 1=0 -23303=2,0,2 4=1 5=1", {{3, 4, 5}}},
      {"Reduction 0=3 1=1 4=0 5=1", {{3, 4, 5}}},
      {"Reduction 0=3 1=1 4=1 5=1", {{2, 3, 4, 5}}},
      {"Convolution 0=2 1=3 11=2 3=2 13=1 4=1 15=0 14=0 16=1 6=36", {{3, 7, 8}}, 37},
      {"Convolution 0=2 1=3 5=1 6=54 9=2 -23310=1,0.1", {{3, 7, 8}}, 57},
      {"Convolution 0=2 1=3 5=1 6=54 9=6 -23310=2,0.2,0.5", {{3, 7, 8}}, 57},
      {"ConvolutionDepthWise 0=3 1=3 4=1 6=27 7=3", {{3, 7, 8}}, 28},
      {"ConvolutionDepthWise 0=4 1=3 4=1 6=72 7=2", {{4, 7, 8}}, 73},
      {"ConvolutionDepthWise1D 0=3 1=2 6=6 7=3", {{3, 9}}, 7},
      {"ConvolutionDepthWise3D 0=3 1=2 6=24 7=3", {{3, 3, 4, 5}}, 25},
      {"Convolution1D 0=2 1=3 2=2 6=18", {{3, 9}}, 19},
      {"Convolution3D 0=2 1=2 6=48", {{3, 3, 4, 5}}, 49},
      {"Deconvolution 0=2 1=3 11=2 3=2 13=3 4=1 15=0 14=0 16=1 18=1 19=2 6=36", {{3, 4, 5}}, 37},
      {"Deconvolution 0=2 1=3 3=2 4=-233 20=7 21=6 6=54", {{3, 4, 5}}, 55},
      {"Deconvolution 0=2 1=3 3=2 4=-234 20=10 21=8 6=54", {{3, 4, 5}}, 55},
      {"Deconvolution 0=2 1=3 3=2 4=-233 6=54", {{3, 4, 5}}, 55},
      {"Deconvolution 0=2 1=3 3=2 4=1 20=7 21=6 6=54", {{3, 4, 5}}, 55},
      {"DeconvolutionDepthWise 0=3 1=3 11=2 3=2 13=3 18=1 19=2 6=18 7=3", {{3, 4, 5}}, 19},
      {"DeconvolutionDepthWise 0=3 1=3 3=2 4=-233 20=7 21=6 6=27 7=3", {{3, 4, 5}}, 28},
      {"Deconvolution1D 0=2 1=3 3=2 18=1 6=18", {{3, 9}}, 19},
      {"Deconvolution1D 0=2 1=3 3=2 4=-233 20=17 6=18", {{3, 9}}, 19},
      {"DeconvolutionDepthWise1D 0=3 1=3 3=2 18=1 6=9 7=3", {{3, 9}}, 10},
      {"Deconvolution3D 0=2 1=2 3=2 18=1 19=0 20=1 6=48", {{3, 2, 3, 4}}, 49},
      {"Deconvolution3D 0=2 1=3 3=2 4=-233 25=7 26=6 27=4 6=162", {{3, 2, 3, 4}}, 163},
      {"DeconvolutionDepthWise3D 0=3 1=2 3=2 18=1 19=0 20=1 6=24 7=3", {{3, 2, 3, 4}}, 25},
      {"Convolution 0=2 1=3 3=2 4=1 15=0 5=0 19=1", {{3, 7, 8}, {2, 3, 3, 3}}},
      {"Convolution 0=4 1=3 11=2 5=1 19=1 9=1", {{8, 7, 8}, {4, 8, 2, 3}, {4}}},
      {"Convolution1D 0=2 1=3 5=0 19=1", {{3, 9}, {2, 3, 3}}},
      {"ConvolutionDepthWise 0=8 1=3 11=2 4=1 5=1 7=8 19=1", {{8, 7, 8}, {8, 1, 2, 3}, {8}}},
      {"ConvolutionDepthWise 0=3 1=3 5=0 7=3 19=1", {{3, 7, 8}, {3, 3, 3}}},
      {"ConvolutionDepthWise 0=4 1=3 5=0 7=2 19=1", {{6, 7, 8}, {4, 3, 3, 3}}},
      {"ConvolutionDepthWise1D 0=4 1=3 5=0 7=2 19=1", {{6, 9}, {4, 3, 3}}},
      {"Unfold 1=3 11=2 2=1 12=1 3=1 13=2 4=1 15=1 14=0 16=0", {{3, 7, 8}}},
      {"Pooling 0=0 1=3 2=2 3=1 5=1", {{3, 7, 8}}},
      {"Pooling 0=1 1=3 2=2 3=0 5=0", {{3, 6, 8}}},
      {"Pooling 0=1 4=1", {{3, 6, 8}}},
      {"Pooling 0=1 7=1 8=2 18=3", {{3, 6, 8}}},
      {"Pooling1D 0=0 1=2 2=2 5=1", {{3, 7}}},
      {"Pooling3D 0=0 1=2 2=2 5=1", {{3, 4, 5, 6}}},
      {"BatchNorm 0=3", {{3, 4, 5}}, 12},
      {"LayerNorm 0=5 1=1e-5 2=1", {{4, 5}}, 10},
      {"InstanceNorm 0=3 1=1e-5 2=1", {{3, 4, 5}}, 6},
      {"InstanceNorm 0=3 1=1e-5 2=0", {{3, 4, 5}}},
      {"GroupNorm 0=2 1=4 2=1e-5 3=1", {{4, 3, 5}}, 8},
      {"GroupNorm 0=2 1=4 2=1e-5 3=0", {{4, 15}}},
      {"Normalize 0=0 4=1 1=1 2=1e-6 9=1 3=1", {{3, 4, 5}}, 1},
      {"Scale 0=3 1=1", {{3, 4, 5}}, 6},
      {"LRN 0=0 1=5 2=0.1 3=0.75 4=1.0", {{3, 4, 5}}},
      {"InnerProduct 0=2 1=0 2=10", {{4, 5}}, 11},
      {"InnerProduct 0=2 1=0 2=40", {{4, 5}}, 41},
      {"Gemm 2=0 3=1", {{4, 5}, {3, 5}}},
      {"Gemm 2=1 3=0 5=1 8=3 9=4", {{4, 5}}, 13},
      {"MatMul", {{2, 4, 5}, {2, 5, 3}}},
      {"MatMul 0=1", {{1, 4, 5}, {2, 3, 5}}},
      {"MultiHeadAttention 0=4 1=2 2=16", {{5, 4}}, 84},
      {"MultiHeadAttention 0=4 1=2 2=16 5=1 6=0.3", {{5, 4}, {5, 5}}, 84},
      {"MultiHeadAttention 0=4 1=2 2=16 3=6 4=3", {{5, 4}, {7, 6}, {7, 3}}, 88},
      {"SDPA 6=0.5", {{2, 5, 4}, {2, 7, 4}, {2, 7, 3}}},
      {"SDPA 5=1 6=0.5", {{2, 5, 4}, {2, 7, 4}, {2, 7, 3}, {5, 7}}},
      {"RNN 0=2 1=12 2=2", {{5, 3}}, 27},
      {"GRU 0=2 1=36 2=2", {{5, 3}}, 79},
      {"LSTM 0=2 1=48 2=2", {{5, 3}}, 99},
      {"LSTM 0=2 1=24 2=0", {{5, 3}, {1, 2}, {1, 2}}, 51, 3},
      {"Reshape 0=-1 1=2", {{3, 4, 5}}},
      {"Reshape 0=0 1=0 2=3 11=1", {{3, 4, 5}}},
      {"Reshape 6=\"*(0w,2),//(0h,2),0c\"", {{3, 4, 5}}},
      {"Reshape 6=\"-1,0c\"", {{3, 4, 5}}},
      {"Reshape 6=\"0w,1,0h,max(0c,2)\"", {{3, 4, 5}}},
      {"Permute 0=4", {{3, 4, 5}}},
      {"Permute 0=17", {{2, 3, 4, 5}}},
      {"Concat 0=1", {{3, 4}, {3, 6}}},
      {"Crop -23309=2,1,0 -23310=2,-1,-233 -23311=2,1,2", {{3, 4, 5}}},
      {"Padding 0=1 1=2 2=3 3=0 4=0 5=0.0 7=1 8=0", {{3, 4, 5}}},
      {"Padding 0=1 1=2 2=3 3=0 4=0 5=0.0 7=1 8=0", {{2, 3, 4, 5}}},
      {"Interp 0=2 1=1.5 2=0.7 3=0 4=0", {{3, 5, 7}}},
      {"Interp 0=1 1=1.0 2=1.0 3=9 4=4", {{3, 5, 7}}},
      {"PixelShuffle 0=2", {{8, 3, 4}}},
      {"Reorg 0=2", {{2, 4, 6}}},
      {"ShuffleChannel 0=2", {{4, 3, 5}}},
      {"Flatten", {{3, 4, 5}}},
      {"Squeeze -23303=1,1", {{3, 1, 5}}},
      {"ExpandDims -23303=2,0,2", {{3, 5}}},
      {"Tile -23302=2,2,3", {{3, 5}}},
      {"GridSample 0=1 1=1 2=0", {{3, 5, 6}, {2, 4, 2}}},
      {"CopyTo", {{3, 4, 5}, {1, 2, 3}}},
      {"Flip -23300=1,2", {{3, 4, 5}}},
      {"Slice -23300=3,1,-233,-233 1=1", {{3, 7, 5}}, 0, 3},
      {"Where", {{1, 5}, {4, 1}, {4, 5}}},
      {"Compare 0=5", {{4, 5}, {1, 5}}},
      {"Compare 0=0 1=1", {{4, 5}, {1, 5}}},
      {"ConstantOfShape 0=2.5", {{3}}, 0, 1, 2},
      {"Expand", {{1, 1}, {3}}, 0, 1, 2},
      {"Gather 0=1", {{3, 4}, {2}}, 0, 1, 1},
      {"GatherElements 0=0", {{3, 4}, {2, 4}}, 0, 1, 1},
      {"ScatterElements 0=0", {{3, 4}, {2, 4}, {2, 4}}, 0, 1, 1},
      {"IntegerDiv", {{3, 4}, {1, 4}}, 0, 1, 2},
      {"Mod 0=1", {{3, 4}, {1, 4}}},
      {"Pow", {{3, 4}, {1, 4}}},
      {"Shape", {{3, 4, 5}}},
      {"TensorSlice -23300=1,2 -23301=1,2147483647 -23302=1,2 -23303=1,2", {{3, 4, 5}}},
      {"TopK 0=1 1=1 2=1", {{3, 4}, {1}}, 0, 2, 2},
      {"TopK 0=0 1=0 3=0", {{3, 4}}},
      {"DetectionOutput 0=3 1=0.45 2=10 3=10 4=0.1 5=0.1 6=0.1 7=0.2 8=0.2", {{8}, {6}, {2, 8}}},
      {"PriorBox -23300=1,8.0 -23301=1,16.0 -23302=1,2.0 9=32 10=32 11=8.0 12=8.0 13=0.5 14=0",
       {{3, 4, 4}}},
      {"ROIAlign 0=2 1=3 2=1.0 3=2 4=1 5=1", {{3, 4, 5}, {4}}},
      {"Yolov3DetectionOutput 0=2 1=1 2=0.01 3=0.45 -23304=2,10.0,13.0 -23305=1,0.0 -23306=1,32.0",
       {{7, 2, 2}}},
  };
}

TEST(NcnnRowsTest, ShapesAreThoseOfNcnn) {
  for (const Form& form : Forms()) {
    const std::vector<BlobShape> told = Told(form), made = Made(form);
    ASSERT_EQ(told.size(), made.size()) << form.line;
    const std::string line = form.line;
    const LayerRow& row = *FindRow(line.substr(0, line.find(' ')));
    for (size_t i = 0; i < told.size(); ++i) {
      EXPECT_GT(made[i].rank, 0) << form.line;
      if (!row.shape) continue;  // known at run time only
      EXPECT_GT(told[i].rank, 0) << form.line;
      EXPECT_EQ(told[i], made[i]) << form.line << ": told " << Name(told[i]) << ", made "
                                  << Name(made[i]);
    }
  }
}

// What is written is checked for types that are foreign: every other one has a form.
TEST(NcnnRowsTest, EveryTypeThatTheConverterMakesHasAForm) {
  std::set<std::string> covered;
  for (const Form& form : Forms()) {
    const auto file = ParseParam(TextOf(form), "net.param");
    ASSERT_TRUE(file) << file.error().message();
    for (const ParamLayer& layer : file->layers) covered.insert(layer.type);
  }
  for (const std::string& type : KnownLayerTypes()) {
    if (FindLayerOp(type)) continue;  // in every engine by the cases of mmdeploy/op
    if (FindRow(type)->foreign) continue;
    EXPECT_EQ(covered.count(type), 1u) << type << " has no form here; is it foreign?";
  }
}

TEST(NcnnRowsTest, SizesOfDeconvolutionsThatCutNothing) {
  EXPECT_THAT(LoadError(TextOf({"Deconvolution 0=2 1=3 3=2 20=7 21=6 6=54", {{3, 4, 5}}}),
                        std::string(220, 0)),
              HasSubstr("no padding of -233 or -234 by which it is cut"));
  const Form larger = {"Deconvolution 0=2 1=3 3=2 4=-233 20=99 21=6 6=54", {{3, 4, 5}}, 55};
  const auto file = ParseParam(TextOf(larger), "net.param");
  const auto shapes = InferShapes(*file, {{0, ShapeOf({3, 4, 5})}});
  ASSERT_FALSE(shapes);
  EXPECT_THAT(shapes.error().message(), HasSubstr("becomes 11 along an axis, 99 are to be left"));
}

// ncnn would read beyond the end of what does not fit.
TEST(NcnnRowsTest, ComputedWeightsThatDoNotFit) {
  const auto error = [](const Form& form) -> std::string {
    const auto file = ParseParam(TextOf(form), "net.param");
    if (const auto checked = CheckLayers(*file, 0, "net.param"); !checked) {
      return checked.error().message();
    }
    std::map<int, BlobShape> inputs;
    for (size_t i = 0; i < form.inputs.size(); ++i) {
      inputs[static_cast<int>(i)] = ShapeOf(form.inputs[i]);
    }
    const auto shapes = InferShapes(*file, inputs);
    return shapes ? "" : shapes.error().message();
  };
  EXPECT_EQ(error({"Convolution 0=2 1=3 19=1", {{3, 7, 8}, {2, 3, 3, 3}}}), "");
  EXPECT_THAT(error({"Convolution 0=2 1=3 19=1", {{4, 7, 8}, {2, 3, 3, 3}}}),
              HasSubstr("weights 2x3x3x3 do not fit input 4x7x8 and group 1"));
  EXPECT_THAT(error({"ConvolutionDepthWise 0=4 1=3 7=3 19=1", {{6, 7, 8}, {4, 2, 3, 3}}}),
              HasSubstr("group 3 does not divide 6 channels of input 6x7x8 and 4 of weights"));
  EXPECT_THAT(error({"Convolution 0=2 1=3 19=1", {{3, 2, 8}, {2, 3, 3, 3}}}),
              HasSubstr("smaller than the kernel of 3"));
  EXPECT_THAT(error({"Convolution 0=2 1=3 5=1 19=1", {{3, 7, 8}, {2, 3, 3, 3}, {3}}}),
              HasSubstr("bias 3 does not fit weights 2x3x3x3"));
  EXPECT_THAT(error({"Convolution 0=2 1=3 5=1 19=1", {{3, 7, 8}, {2, 3, 3, 3}}}),
              HasSubstr("2 inputs, expected 3 with dynamic_weight=true and bias_term=1"));
  EXPECT_THAT(error({"Convolution 0=2 1=1 6=6", {{3, 7, 8}, {2, 3, 1, 1}}}),
              HasSubstr("has 6 weights, the weights file has 0 bytes"));
  EXPECT_THAT(error({"Convolution 0=2 1=3 8=1 19=1", {{3, 7, 8}, {2, 3, 3, 3}}}),
              HasSubstr("int8_scale_term (parameter 8) is 1 and weights are computed"));
  EXPECT_THAT(error({"Convolution 0=2 1=3 19=1", {{3, 7, 8}, {6, 9}}}),
              HasSubstr("has 2 dimensions, expected 3..4"));
}

TEST(NcnnRowsTest, RowsNameEachParameterOnce) {
  for (const std::string& type : KnownLayerTypes()) {
    const LayerRow& row = *FindRow(type);
    std::set<int> ids;
    for (const ParamRule& rule : row.params) {
      EXPECT_TRUE(ids.insert(rule.id).second) << type << ": parameter " << rule.id;
      EXPECT_LE(rule.min, rule.max) << type << ": parameter " << rule.id;
    }
    EXPECT_LE(row.inputs.min, row.inputs.max) << type;
    EXPECT_LE(row.outputs.min, row.outputs.max) << type;
    EXPECT_LE(row.rank.min, row.rank.max) << type;
  }
}

TEST(NcnnRowsTest, ChecksComeBeforeShapes) {
  const auto file = ParseParam(TextOf({"MatMul", {{2, 3}, {4, 5}}}), "net.param");
  const auto shapes = InferShapes(*file, {{0, ShapeOf({2, 3})}, {1, ShapeOf({4, 5})}});
  ASSERT_FALSE(shapes);
  EXPECT_THAT(shapes.error().message(), HasSubstr("layer 'y' (MatMul, line 5)"));
}

// What pnnx writes.
TEST(NcnnRowsTest, HarmlessParametersOfOtherConverters) {
  const Form form = {"Convolution 0=2 1=1 6=6 7=1", {{3, 4, 5}}, 7};
  EXPECT_EQ(Made(form), std::vector<BlobShape>{ShapeOf({2, 4, 5})});
  EXPECT_THAT(LoadError(TextOf({"Convolution 0=2 1=1 6=6 7=2", {{3, 4, 5}}}), std::string(28, 0)),
              HasSubstr("group (parameter 7) is 2, allowed 1..1"));
}

TEST(NcnnRowsTest, ExpressionsThatAreNotUnderstood) {
  const auto error = [](const char* expression) {
    return LoadError(
        TextOf({("Reshape 6=\"" + std::string(expression) + "\"").c_str(), {{3, 4, 5}}}));
  };
  EXPECT_EQ(error("0w,-1"), "");
  EXPECT_THAT(error("sqrt(0w,2)"), HasSubstr("'sqrt' in 'sqrt(0w,2)', allowed: +, -, *"));
  EXPECT_THAT(error("1w,-1"), HasSubstr("'1w' in '1w,-1' is of another input"));
  EXPECT_THAT(error("0n,-1"), HasSubstr("allowed: 0w, 0h, 0d, 0c"));
  EXPECT_THAT(error("0w,x"), HasSubstr("expected a whole number"));
}

// What is no list shows when it runs at the latest, and never reaches ncnn.
TEST(NcnnRowsTest, ExpressionsThatAreWrong) {
  for (const char* expression : {"*(0w", "0w,,1", "//(0w,0)", "0w)", "*(0w,0w,0w)", "1,2,3,4,5",
                                 "*(*(2147483647,2147483647),0w)", "7,9"}) {
    const auto file = ParseParam(
        TextOf({("Reshape 6=\"" + std::string(expression) + "\"").c_str(), {{3, 4, 5}}}), "f");
    ASSERT_TRUE(file) << expression << ": " << file.error().message();
    EXPECT_FALSE(InferShapes(*file, {{0, ShapeOf({3, 4, 5})}})) << expression;
  }
}

TEST(NcnnRowsTest, InputsWithoutShapesAreAsTheirReaders) {
  const auto rank = [](const std::vector<std::string>& layers, int blobs, size_t bytes) {
    const auto net = Load(Param(layers, blobs), std::string(bytes, 0));
    EXPECT_TRUE(net) << net.error().message();
    return net ? (*net)->inputs()[0].shape.size() : 0;
  };
  EXPECT_EQ(rank({"Input x 0 1 x", "LSTM l 1 1 x y 0=1 1=4"}, 2, 60), 3u);
  EXPECT_EQ(rank({"Input x 0 1 x", "ReLU r 1 1 x z", "Convolution1D c 1 1 z y 0=1 1=1 6=1"}, 3, 8),
            3u);
  EXPECT_EQ(rank({"Input x 0 1 x", "Convolution3D c 1 1 x y 0=1 1=1 6=1"}, 2, 8), 5u);
  EXPECT_EQ(rank({"Input x 0 1 x", "ReLU r 1 1 x y"}, 2, 0), 4u);
}

}  // namespace
}  // namespace mmdeploy::ncnn::testing
