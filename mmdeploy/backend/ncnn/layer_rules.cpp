#include "mmdeploy/backend/ncnn/layer_rules.h"

#include <algorithm>
#include <cfloat>

#include "mmdeploy/base/suggest.h"
#include "mmdeploy/op/ncnn_params.h"

namespace mmdeploy::ncnn {
namespace {

using Rules = std::vector<ParamRule>;
constexpr double kSize = 1 << 16;      // kernels, strides, paddings, extents of images
constexpr double kCount = 1 << 28;     // elements
constexpr double kChannels = 1 << 20;  // rows of a matrix too
constexpr double kAny = FLT_MAX;
// Padding as TensorFlow calculates it.
constexpr double kSamePadding = -234;

ParamRule Int(int id, const char* name, double min, double max) {
  return {id, name, ParamRule::kInt, min, max};
}
ParamRule Flag(int id, const char* name) { return Int(id, name, 0, 1); }
ParamRule Size(int id, const char* name) { return Int(id, name, 1, kSize); }
ParamRule Float(int id, const char* name) { return {id, name, ParamRule::kFloat, -kAny, kAny}; }
ParamRule Eps(int id) { return {id, "eps", ParamRule::kFloat, 0, 1}; }
ParamRule Axis(int id) { return Int(id, "axis", -4, 3); }
ParamRule Ints(int id, const char* name, double min, double max) {
  return {id, name, ParamRule::kInts, min, max};
}
ParamRule Axes(int id) { return Ints(id, "axes", -4, 4); }
ParamRule Offset(int id, const char* name) { return Int(id, name, -kCount, 2147483647); }
ParamRule Offsets(int id, const char* name) { return Ints(id, name, -2147483648., 2147483647); }
ParamRule Floats(int id, const char* name) { return {id, name, ParamRule::kFloats, -kAny, kAny}; }
ParamRule Padding(int id, const char* name) { return Int(id, name, kSamePadding, kSize); }

Rules operator+(Rules a, const Rules& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

Rules Weights() {
  return {Int(0, "num_output", 1, kChannels), Int(6, "weight_data_size", 1, kCount),
          Flag(5, "bias_term"), Int(9, "activation_type", 0, 6), Floats(10, "activation_params")};
}
Rules Window1() { return {Size(1, "kernel_w"), Size(3, "stride_w"), Size(2, "dilation_w")}; }
Rules Window2() {
  return Window1() + Rules{Size(11, "kernel_h"), Size(13, "stride_h"), Size(12, "dilation_h")};
}
Rules Window3() {
  return Window2() + Rules{Size(21, "kernel_d"), Size(23, "stride_d"), Size(22, "dilation_d")};
}
Rules Pads1() { return {Padding(4, "pad_left"), Padding(15, "pad_right")}; }
Rules Pads2() { return Pads1() + Rules{Padding(14, "pad_top"), Padding(16, "pad_bottom")}; }
Rules Pads3() { return Pads2() + Rules{Padding(24, "pad_front"), Padding(17, "pad_behind")}; }
Rules PadValue() { return {Float(18, "pad_value")}; }
Rules Group() { return {Int(7, "group", 1, kChannels)}; }
Rules Int8() { return {Int(8, "int8_scale_term", 0, 2)}; }
Rules OutputPads() {
  return {Int(18, "output_pad_right", 0, kSize), Int(19, "output_pad_bottom", 0, kSize),
          Int(20, "output_w", 0, kSize), Int(21, "output_h", 0, kSize)};
}
Rules OutputPads1() {
  return {Int(18, "output_pad_right", 0, kSize), Int(20, "output_w", 0, kSize)};
}
Rules OutputPads3() {
  return {Int(18, "output_pad_right", 0, kSize),  Int(19, "output_pad_bottom", 0, kSize),
          Int(20, "output_pad_behind", 0, kSize), Int(25, "output_w", 0, kSize),
          Int(26, "output_h", 0, kSize),          Int(27, "output_d", 0, kSize)};
}
Rules Conv2() { return Weights() + Window2() + Pads2(); }
Rules Extents(double min) {
  return {Int(0, "w", min, kCount), Int(1, "h", min, kCount), Int(11, "d", min, kCount),
          Int(2, "c", min, kCount)};
}
Rules Pool1() {
  return {Int(0, "pooling_type", 0, 1), Size(1, "kernel_w"),
          Size(2, "stride_w"),          Padding(3, "pad_left"),
          Padding(14, "pad_right"),     Flag(4, "global_pooling"),
          Int(5, "pad_mode", 0, 3),     Flag(6, "avgpool_count_include_pad"),
          Flag(7, "adaptive_pooling"),  Int(8, "out_w", -233, kSize)};
}
Rules Pool2() {
  return Pool1() + Rules{Size(11, "kernel_h"), Size(12, "stride_h"), Padding(13, "pad_top"),
                         Padding(15, "pad_bottom"), Int(18, "out_h", -233, kSize)};
}
Rules Pool3() {
  return Pool2() + Rules{Size(21, "kernel_d"), Size(22, "stride_d"), Padding(23, "pad_front"),
                         Padding(16, "pad_behind"), Int(28, "out_d", -233, kSize)};
}
Rules Recurrent() {
  return {Int(0, "num_output", 1, kSize), Int(1, "weight_data_size", 1, kCount),
          Int(2, "direction", 0, 2), Int(8, "int8_scale_term", 0, 2)};
}
Rules AlphaBeta() { return {Float(0, "alpha"), Float(1, "beta")}; }
Rules Power() { return {Float(0, "base"), Float(1, "scale"), Float(2, "shift")}; }
Rules Norm(const char* size) { return {Int(0, size, 1, kChannels), Eps(1), Flag(2, "affine")}; }
Rules DetectionLimits() {
  return {Int(0, "num_class", 1, kSize),
          Float(1, "nms_threshold"),
          Int(2, "nms_top_k", 1, kSize),
          Int(3, "keep_top_k", 1, kSize),
          Float(4, "confidence_threshold"),
          Float(5, "variance_0"),
          Float(6, "variance_1"),
          Float(7, "variance_2"),
          Float(8, "variance_3")};
}
Rules PriorBox() {
  return {Floats(0, "min_sizes"),
          Floats(1, "max_sizes"),
          Floats(2, "aspect_ratios"),
          Float(3, "variance_0"),
          Float(4, "variance_1"),
          Float(5, "variance_2"),
          Float(6, "variance_3"),
          Flag(7, "flip"),
          Flag(8, "clip"),
          Int(9, "image_width", -233, kSize),
          Int(10, "image_height", -233, kSize),
          Float(11, "step_width"),
          Float(12, "step_height"),
          Float(13, "offset"),
          Flag(14, "step_mmdetection"),
          Flag(15, "center_mmdetection")};
}
Rules Roi() {
  return {Size(0, "pooled_width"), Size(1, "pooled_height"), Float(2, "spatial_scale")};
}
Rules Crop() {
  return {Offset(0, "woffset"),  Offset(1, "hoffset"),   Offset(13, "doffset"),
          Offset(2, "coffset"),  Offset(3, "outw"),      Offset(4, "outh"),
          Offset(14, "outd"),    Offset(5, "outc"),      Offset(6, "woffset2"),
          Offset(7, "hoffset2"), Offset(15, "doffset2"), Offset(8, "coffset2"),
          Offsets(9, "starts"),  Offsets(10, "ends"),    Axes(11)};
}
Rules Gemm() {
  return {Float(0, "alpha"),
          Float(1, "beta"),
          Flag(2, "transA"),
          Flag(3, "transB"),
          Flag(4, "constantA"),
          Flag(5, "constantB"),
          Flag(6, "constantC"),
          Int(7, "constantM", 0, kChannels),
          Int(8, "constantN", 0, kChannels),
          Int(9, "constantK", 0, kChannels),
          Int(10, "constant_broadcast_type_C", -1, 4),
          Flag(11, "output_N1M"),
          Int(12, "output_elempack", 0, 1),
          Int(13, "output_elemtype", 0, 1),
          Flag(14, "output_transpose"),
          Int(20, "constant_TILE_M", 0, kSize),
          Int(21, "constant_TILE_N", 0, kSize),
          Int(22, "constant_TILE_K", 0, kSize)};
}
Rules Interp() {
  return {Int(0, "resize_type", 0, 3),      Float(1, "height_scale"),
          Float(2, "width_scale"),          Int(3, "output_height", 0, kSize),
          Int(4, "output_width", 0, kSize), Flag(5, "dynamic_target_size"),
          Flag(6, "align_corner")};
}
Rules Attention() {
  return {Int(0, "embed_dim", 1, kSize),
          Int(1, "num_heads", 1, kSize),
          Int(2, "weight_data_size", 1, kCount),
          Int(3, "kdim", 1, kSize),
          Int(4, "vdim", 1, kSize),
          Flag(5, "attn_mask"),
          Float(6, "scale")};
}
Rules PaddingRules() {
  return {Int(0, "top", -233, kSize),
          Int(1, "bottom", -233, kSize),
          Int(2, "left", -233, kSize),
          Int(3, "right", -233, kSize),
          Int(4, "type", 0, 2),
          Float(5, "value"),
          Int(6, "per_channel_pad_data_size", 0, kChannels),
          Int(7, "front", -233, kSize),
          Int(8, "behind", -233, kSize)};
}

std::vector<LayerRule> BasicLayers() {
  return {
      {"AbsVal", 1, 1, 1, 1, {}},
      {"BNLL", 1, 1, 1, 1, {}},
      {"CELU", 1, 1, 1, 1, {Float(0, "alpha")}},
      {"Clip", 1, 1, 1, 1, {Float(0, "min"), Float(1, "max")}},
      {"DeepCopy", 1, 1, 1, 1, {}},
      {"Dropout", 1, 1, 1, 1, {Float(0, "scale")}},
      {"ELU", 1, 1, 1, 1, {Float(0, "alpha")}},
      {"Erf", 1, 1, 1, 1, {}},
      {"Exp", 1, 1, 1, 1, Power()},
      {"GELU", 1, 1, 1, 1, {Flag(0, "fast_gelu")}},
      {"HardSigmoid", 1, 1, 1, 1, AlphaBeta()},
      {"HardSwish", 1, 1, 1, 1, AlphaBeta()},
      {"Input", 0, 0, 1, 1, Extents(-1) + Rules{Int(kBatchParam, "batch", 1, kSize)}},
      {"Log", 1, 1, 1, 1, Power()},
      {"MemoryData", 0, 0, 1, 1, Extents(0) + Rules{Flag(21, "load_type")}},
      {"Mish", 1, 1, 1, 1, {}},
      {"Noop", 1, kMany, 0, kMany, {}},
      {"Power", 1, 1, 1, 1, Power()},
      {"ReLU", 1, 1, 1, 1, {Float(0, "slope")}},
      {"SELU", 1, 1, 1, 1, {Float(0, "alpha"), Float(1, "lambda")}},
      {"Shrink", 1, 1, 1, 1, {Float(0, "bias"), Float(1, "lambd")}},
      {"Sigmoid", 1, 1, 1, 1, {}},
      {"Softplus", 1, 1, 1, 1, {}},
      {"Split", 1, 1, 1, kMany, {}},
      {"Swish", 1, 1, 1, 1, {}},
      {"TanH", 1, 1, 1, 1, {}},
      {"Threshold", 1, 1, 1, 1, {Float(0, "threshold")}},
      {"UnaryOp", 1, 1, 1, 1, {Int(0, "op_type", 0, 27)}},
      {"BinaryOp", 1, 2, 1, 1, {Int(0, "op_type", 0, 18), Flag(1, "with_scalar"), Float(2, "b")}},
      {"Eltwise", 2, kMany, 1, 1, {Int(0, "op_type", 0, 2), Floats(1, "coeffs")}},
      {"Softmax", 1, 1, 1, 1, {Axis(0), Flag(1, "fixbug0")}},
      {"GLU", 1, 1, 1, 1, {Axis(0)}},
      {"CumulativeSum", 1, 1, 1, 1, {Axis(0)}},
      {"ArgMax", 1, 1, 1, 1, {Flag(0, "out_max_val"), Int(1, "topk", 1, kCount)}},
      {"Reduction",
       1,
       1,
       1,
       1,
       {Int(0, "operation", 0, 10), Flag(1, "reduce_all"), Float(2, "coeff"), Axes(3),
        Flag(4, "keepdims"), Flag(5, "fixbug0")}},
      {"StatisticsPooling", 1, 1, 1, 1, {Flag(0, "include_stddev")}},
  };
}

std::vector<LayerRule> WeightedLayers() {
  return {
      {"BatchNorm", 1, 1, 1, 1, {Int(0, "channels", 1, kChannels), Eps(1)}},
      {"Bias", 1, 1, 1, 1, {Int(0, "bias_data_size", 1, kChannels)}},
      {"PReLU", 1, 1, 1, 1, {Int(0, "num_slope", 1, kChannels)}},
      {"Scale", 1, 2, 1, 1, {Int(0, "scale_data_size", -233, kChannels), Flag(1, "bias_term")}},
      {"InstanceNorm", 1, 1, 1, 1, {Int(0, "channels", 0, kChannels), Eps(1), Flag(2, "affine")}},
      {"GroupNorm",
       1,
       1,
       1,
       1,
       {Int(0, "group", 1, kChannels), Int(1, "channels", 1, kChannels), Eps(2),
        Flag(3, "affine")}},
      {"LayerNorm", 1, 1, 1, 1, Norm("affine_size")},
      {"RMSNorm", 1, 1, 1, 1, Norm("affine_size")},
      {"MVN", 1, 1, 1, 1, {Flag(0, "normalize_variance"), Flag(1, "across_channels"), Eps(2)}},
      {"Normalize",
       1,
       1,
       1,
       1,
       {Flag(0, "across_spatial"), Flag(4, "across_channel"), Flag(1, "channel_shared"), Eps(2),
        Int(9, "eps_mode", 0, 2), Int(3, "scale_data_size", 1, kChannels)}},
      {"LRN",
       1,
       1,
       1,
       1,
       {Flag(0, "region_type"), Int(1, "local_size", 1, kSize), Float(2, "alpha"), Float(3, "beta"),
        Float(4, "bias")}},
      {"Convolution", 1, 1, 1, 1, Conv2() + PadValue() + Int8()},
      {"ConvolutionDepthWise", 1, 1, 1, 1, Conv2() + PadValue() + Int8() + Group()},
      {"Convolution1D", 1, 1, 1, 1, Weights() + Window1() + Pads1() + PadValue()},
      {"ConvolutionDepthWise1D", 1, 1, 1, 1,
       Weights() + Window1() + Pads1() + PadValue() + Group()},
      {"Convolution3D", 1, 1, 1, 1, Weights() + Window3() + Pads3() + PadValue()},
      {"ConvolutionDepthWise3D", 1, 1, 1, 1,
       Weights() + Window3() + Pads3() + PadValue() + Group()},
      {"Deconvolution", 1, 1, 1, 1, Conv2() + OutputPads()},
      {"DeconvolutionDepthWise", 1, 1, 1, 1, Conv2() + OutputPads() + Group()},
      {"Deconvolution1D", 1, 1, 1, 1, Weights() + Window1() + Pads1() + OutputPads1()},
      {"DeconvolutionDepthWise1D", 1, 1, 1, 1,
       Weights() + Window1() + Pads1() + OutputPads1() + Group()},
      {"Deconvolution3D", 1, 1, 1, 1, Weights() + Window3() + Pads3() + OutputPads3()},
      {"DeconvolutionDepthWise3D", 1, 1, 1, 1,
       Weights() + Window3() + Pads3() + OutputPads3() + Group()},
      {"InnerProduct",
       1,
       1,
       1,
       1,
       {Int(0, "num_output", 1, kChannels), Flag(1, "bias_term"),
        Int(2, "weight_data_size", 1, kCount), Int(8, "int8_scale_term", 0, 2),
        Int(9, "activation_type", 0, 6), Floats(10, "activation_params")}},
      {"Embed",
       1,
       1,
       1,
       1,
       {Int(0, "num_output", 1, kChannels), Int(1, "input_dim", 1, kCount), Flag(2, "bias_term"),
        Int(3, "weight_data_size", 1, kCount)}},
      {"Gemm", 1, 3, 1, 1, Gemm()},
      {"MatMul", 2, 2, 1, 1, {Flag(0, "transB")}},
      {"MultiHeadAttention", 1, 4, 1, 1, Attention()},
      {"SDPA", 3, 4, 1, 1, {Flag(5, "attn_mask"), Float(6, "scale")}},
      {"RNN", 1, 2, 1, 2, Recurrent()},
      {"GRU", 1, 2, 1, 2, Recurrent()},
      {"LSTM", 1, 3, 1, 3, Recurrent() + Rules{Int(3, "hidden_size", 1, kSize)}},
  };
}

std::vector<LayerRule> ShapeLayers() {
  return {
      {"Concat", 1, kMany, 1, 1, {Axis(0)}},
      {"CopyTo",
       2,
       2,
       1,
       1,
       {Int(0, "woffset", 0, kSize), Int(1, "hoffset", 0, kSize), Int(13, "doffset", 0, kSize),
        Int(2, "coffset", 0, kSize), Offsets(9, "starts"), Axes(11)}},
      {"Crop", 1, 2, 1, 1, Crop()},
      {"Diag", 1, 1, 1, 1, {Int(0, "diagonal", -kSize, kSize)}},
      {"ExpandDims",
       1,
       1,
       1,
       1,
       {Flag(0, "expand_w"), Flag(1, "expand_h"), Flag(11, "expand_d"), Flag(2, "expand_c"),
        Axes(3)}},
      {"Flatten", 1, 1, 1, 1, {}},
      {"Flip", 1, 1, 1, 1, {Axes(0)}},
      {"GridSample",
       2,
       2,
       1,
       1,
       {Int(0, "sample_type", 1, 3), Int(1, "padding_mode", 1, 3), Flag(2, "align_corner"),
        Flag(3, "permute_fused")}},
      {"Interp", 1, 2, 1, 1, Interp()},
      {"Padding", 1, 2, 1, 1, PaddingRules()},
      {"Permute", 1, 1, 1, 1, {Int(0, "order_type", 0, 23)}},
      {"PixelShuffle", 1, 1, 1, 1, {Int(0, "upscale_factor", 1, 1024), Flag(1, "mode")}},
      {"Pooling", 1, 1, 1, 1, Pool2()},
      {"Pooling1D", 1, 1, 1, 1, Pool1()},
      {"Pooling3D", 1, 1, 1, 1, Pool3()},
      {"Reorg", 1, 1, 1, 1, {Int(0, "stride", 1, 1024), Flag(1, "mode")}},
      {"Reshape", 1, 2, 1, 1, Extents(-233)},
      {"ShuffleChannel", 1, 1, 1, 1, {Int(0, "group", 1, kChannels), Flag(1, "reverse")}},
      {"Slice",
       1,
       1,
       1,
       kMany,
       {Ints(0, "slices", -233, kCount), Axis(1), Ints(2, "indices", -kCount, kCount)}},
      {"Squeeze",
       1,
       1,
       1,
       1,
       {Flag(0, "squeeze_w"), Flag(1, "squeeze_h"), Flag(11, "squeeze_d"), Flag(2, "squeeze_c"),
        Axes(3)}},
      {"Unfold", 1, 1, 1, 1, Window2() + Pads2() + PadValue()},
      {"Tile", 1, 1, 1, 1, {Axis(0), Int(1, "tiles", 1, kSize), Ints(2, "repeats", 1, kSize)}},
      {"DetectionOutput", 3, 4, 1, 1, DetectionLimits()},
      {"PriorBox", 1, 2, 1, 1, PriorBox()},
      {"PSROIPooling", 2, 2, 1, 1, Roi() + Rules{Int(3, "output_dim", 1, kChannels)}},
      {"ROIAlign", 2, 2, 1, 1,
       Roi() + Rules{Int(3, "sampling_ratio", 0, 64), Flag(4, "aligned"), Int(5, "version", 0, 1)}},
      {"ROIPooling", 2, 2, 1, 1, Roi()},
      {"Yolov3DetectionOutput",
       1,
       kMany,
       1,
       1,
       {Int(0, "num_class", 1, kSize), Int(1, "num_box", 1, 1024), Float(2, "confidence_threshold"),
        Float(3, "nms_threshold"), Floats(4, "biases"), Floats(5, "mask"),
        Floats(6, "anchors_scale")}},
  };
}

Result<void> CheckValue(const ParamLayer& layer, const ParamRule& rule, const ParamValue& value) {
  const bool array = rule.kind == ParamRule::kInts || rule.kind == ParamRule::kFloats;
  MMDEPLOY_ENSURE(value.is_array == array, Code::kFail, "{}: {} (parameter {}) is {}, expected {}",
                  Describe(layer), rule.name, rule.id, value.is_array ? "an array" : "one number",
                  array ? "an array" : "one number");
  const bool whole = rule.kind == ParamRule::kInt || rule.kind == ParamRule::kInts;
  MMDEPLOY_ENSURE(!whole || !value.is_float, Code::kFail,
                  "{}: {} (parameter {}) is not a whole number", Describe(layer), rule.name,
                  rule.id);
  for (const double number : value.values) {
    MMDEPLOY_ENSURE(number >= rule.min && number <= rule.max, Code::kFail,
                    "{}: {} (parameter {}) is {}, allowed {}..{}", Describe(layer), rule.name,
                    rule.id, number, rule.min, rule.max);
  }
  return {};
}

}  // namespace

Result<void> CheckParams(const ParamLayer& layer, const LayerRule& rule) {
  for (const auto& [id, value] : layer.params) {
    if (id == kShapeHintParam || id == kEncodedNameParam) continue;  // not given to ncnn
    const auto it = std::find_if(rule.params.begin(), rule.params.end(),
                                 [id = id](const ParamRule& param) { return param.id == id; });
    MMDEPLOY_ENSURE(it != rule.params.end(), Code::kNotSupported,
                    "{}: parameter {} is not known or not supported", Describe(layer), id);
    MMDEPLOY_TRYV(CheckValue(layer, *it, value));
  }
  const auto check = [&](size_t found, int min, int max, const char* what) -> Result<void> {
    const bool ok = found >= static_cast<size_t>(min) && found <= static_cast<size_t>(max);
    MMDEPLOY_ENSURE(ok, Code::kFail, "{}: has {} {}, allowed {}..{}", Describe(layer), found, what,
                    min, max);
    return {};
  };
  MMDEPLOY_TRYV(check(layer.inputs.size(), rule.min_inputs, rule.max_inputs, "inputs"));
  return check(layer.outputs.size(), rule.min_outputs, rule.max_outputs, "outputs");
}

namespace {

const std::vector<LayerRule>& CustomLayerRules() {
  static const auto* rules = new std::vector<LayerRule>{
      {"Compare", 2, 2, 1, 1, {Int(0, "comparison", 0, 4)}},
      {"ConstantOfShape", 1, 1, 1, 1, {Float(0, "value")}},
      {"Expand", 2, 2, 1, 1, {}},
      {"Gather", 2, 2, 1, 1, {Axis(0)}},
      {"GatherElements", 2, 2, 1, 1, {Axis(0)}},
      {"IntegerDiv", 2, 2, 1, 1, {}},
      {"Mod", 2, 2, 1, 1, {Flag(0, "fmod")}},
      {"ScatterElements", 3, 3, 1, 1, {Axis(0)}},
      {"Shape", 1, 1, 1, 1, {}},
      {"TensorSlice",
       1,
       1,
       1,
       1,
       {Offsets(0, "starts"), Offsets(1, "ends"), Axes(2), Offsets(3, "steps")}},
      {"TopK", 1, 2, 1, 2, {Axis(0), Flag(1, "largest"), Flag(2, "sorted"), Flag(3, "keep_dims")}},
      {"Where", 3, 3, 1, 1, {}},
  };
  return *rules;
}

ParamRule OpParam(int id, const op::AttrDef& def) {
  const char* name = def.name.c_str();
  if (def.type == op::AttrType::kString) {
    return Int(id, name, 0, static_cast<double>(def.words.size()) - 1);
  }
  constexpr ParamRule::Kind kKinds[] = {ParamRule::kInt, ParamRule::kFloat, ParamRule::kInt,
                                        ParamRule::kInts, ParamRule::kFloats};
  return {id, name, kKinds[static_cast<size_t>(def.type)], def.min, def.max};
}

// What a file may say about an operator; the layer itself checks the rest.
LayerRule OpRule(const op::OpDef& op) {
  LayerRule rule{op.names.front().type.c_str(), 0, 0, 0, 0, {}};
  for (const auto& input : op.inputs) {
    rule.min_inputs += input.presence != op::Presence::kOptional;
    rule.max_inputs += input.presence == op::Presence::kVariadic ? kMany : 1;
  }
  for (const auto& output : op.outputs) {
    rule.min_outputs += !output.optional;
    rule.max_outputs += 1;
  }
  for (size_t i = 0; i < op.attributes.size(); ++i) {
    rule.params.push_back(OpParam(static_cast<int>(i), op.attributes[i]));
  }
  constexpr double kBits = 1 << 16;
  rule.params.push_back(Int(op::kNcnnInputsWithoutBatch, "inputs_without_batch", 0, kBits));
  rule.params.push_back(Int(op::kNcnnOutputsWithoutBatch, "outputs_without_batch", 0, kBits));
  return rule;
}

const std::vector<LayerRule>& LayerRules() {
  static const auto* rules = [] {
    auto* all = new std::vector<LayerRule>(CustomLayerRules());
    for (const auto& part : {BasicLayers(), WeightedLayers(), ShapeLayers()}) {
      all->insert(all->end(), part.begin(), part.end());
    }
    for (const auto& op : op::Ops()) all->push_back(OpRule(op));
    return all;
  }();
  return *rules;
}

}  // namespace

const LayerRule* FindLayerRule(std::string_view type) {
  for (const auto& rule : LayerRules()) {
    if (rule.type == type) return &rule;
  }
  return nullptr;
}

std::vector<std::string> KnownLayerTypes() {
  std::vector<std::string> types;
  for (const auto& rule : LayerRules()) types.emplace_back(rule.type);
  return types;
}

}  // namespace mmdeploy::ncnn
