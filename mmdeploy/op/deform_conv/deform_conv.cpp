#include "mmdeploy/op/deform_conv/deform_conv.h"

#include "mmdeploy/op/shape_rules.h"

namespace mmdeploy::op {
namespace deform_conv {

Problem::Problem(const Options& options, const InputIndices& indices, const OpContext& context)
    : options(options),
      input(context.input(indices.input)),
      offset(context.input(indices.offset)),
      mask(indices.mask < 0 ? nullptr : &context.input(indices.mask)),
      weight(context.input(indices.weight)),
      bias(indices.bias < 0 || !context.has_input(indices.bias) ? nullptr
                                                                : &context.input(indices.bias)) {}

namespace {

AttrDef GroupsDef() {
  return {"groups", AttrType::kInt, int64_t{1}, 1, 1 << 30, {}, {}, {"group"}};
}

AttrDef DeformGroupsDef(const std::string& name, const std::vector<std::string>& aliases) {
  return {name, AttrType::kInt, int64_t{1}, 1, 1 << 30, {}, {}, aliases};
}

// A list of two or more integers.
AttrDef SizesDef(const std::string& name, double min, const std::vector<size_t>& sizes) {
  return {name, AttrType::kInts, std::nullopt, min, 1 << 30, sizes};
}

}  // namespace

std::vector<AttrDef> MmcvAttributes(const std::vector<size_t>& padding_sizes) {
  return {SizesDef("stride", 1, {2}), SizesDef("padding", 0, padding_sizes),
          SizesDef("dilation", 1, {2}), GroupsDef(),
          DeformGroupsDef("deform_groups", {"deformable_groups", "deformable_group"})};
}

Options MmcvOptions(const Attributes& attributes) {
  const auto& stride = attributes.Ints("stride");
  const auto& dilation = attributes.Ints("dilation");
  auto pad = attributes.Ints("padding");
  if (pad.size() == 2) pad = {pad[0], pad[0], pad[1], pad[1]};
  return {stride[0],
          stride[1],
          dilation[0],
          dilation[1],
          pad[0],
          pad[2],
          pad[1],
          pad[3],
          attributes.Int("groups"),
          attributes.Int("deform_groups")};
}

namespace {

constexpr auto kDynamic = Shape::kDynamic;

// Errors: kInvalidArgument if the dimension is known and no multiple of `divisor`.
Result<void> ExpectMultiple(InputShapes shapes, DimOf dim, int64_t divisor,
                            std::string_view meaning) {
  const int64_t found = Dim(shapes, dim);
  MMDEPLOY_ENSURE(found == kDynamic || found % divisor == 0, Code::kInvalidArgument,
                  "input {} has shape {}, expected a multiple of {} for dimension {} ({})",
                  dim.input, Name(*shapes[dim.input]), divisor, dim.axis, meaning);
  return {};
}

// One axis of the output.
struct Axis {
  size_t axis;
  int64_t pads, dilation, stride;
};

Result<int64_t> OutputSize(InputShapes shapes, const InputIndices& at, const Axis& axis) {
  const auto input = static_cast<size_t>(at.input), weight = static_cast<size_t>(at.weight);
  const int64_t size = Dim(shapes, {input, axis.axis}), kernel = Dim(shapes, {weight, axis.axis});
  if (size == kDynamic || kernel == kDynamic) return kDynamic;
  const int64_t padded = size + axis.pads;
  // The last tap lies in the image; divided, because sizes of a stranger's model may be anything.
  MMDEPLOY_ENSURE(kernel > 0 && padded > 0 && kernel - 1 <= (padded - 1) / axis.dilation,
                  Code::kInvalidArgument,
                  "a kernel of {} with dilation {} does not fit into dimension {} of input {}, {} "
                  "with padding",
                  kernel, axis.dilation, axis.axis, at.input, padded);
  return (padded - 1 - axis.dilation * (kernel - 1)) / axis.stride + 1;
}

// Checks an input that has `channels` numbers for every place of the output.
Result<void> CheckPlaces(InputShapes shapes, size_t input, int64_t channels, const Shape& output) {
  MMDEPLOY_TRYV(ExpectDim(shapes, input, 1, channels, "numbers per place"));
  MMDEPLOY_TRYV(ExpectDim(shapes, input, 2, output[2], "height of the output"));
  return ExpectDim(shapes, input, 3, output[3], "width of the output");
}

Result<void> CheckWeight(const Options& options, const InputIndices& at, InputShapes shapes) {
  const auto input = static_cast<size_t>(at.input), weight = static_cast<size_t>(at.weight);
  MMDEPLOY_TRYV(ExpectMultiple(shapes, {input, 1}, options.groups, "channels in groups"));
  MMDEPLOY_TRYV(
      ExpectMultiple(shapes, {input, 1}, options.deform_groups, "channels in deform_groups"));
  MMDEPLOY_TRYV(ExpectMultiple(shapes, {weight, 0}, options.groups, "channels in groups"));
  const int64_t channels = Dim(shapes, {input, 1});
  if (channels == kDynamic) return {};
  return ExpectDim(shapes, weight, 1, channels / options.groups, "input channels per group");
}

}  // namespace

Result<std::vector<Shape>> Infer(const Options& options, const InputIndices& at,
                                 InputShapes shapes) {
  const auto input = static_cast<size_t>(at.input), offset = static_cast<size_t>(at.offset);
  const auto weight = static_cast<size_t>(at.weight);
  MMDEPLOY_TRYV(CheckWeight(options, at, shapes));
  Shape output{kDynamic, Dim(shapes, {weight, 0}), kDynamic, kDynamic};
  MMDEPLOY_TRY(output[0], SameDim(shapes, {input, 0}, {offset, 0}, "N"));
  MMDEPLOY_TRY(output[2], OutputSize(shapes, at,
                                     {2, options.pad_top + options.pad_bottom, options.dilation_h,
                                      options.stride_h}));
  MMDEPLOY_TRY(output[3], OutputSize(shapes, at,
                                     {3, options.pad_left + options.pad_right, options.dilation_w,
                                      options.stride_w}));
  const int64_t kernel_h = Dim(shapes, {weight, 2}), kernel_w = Dim(shapes, {weight, 3});
  const bool known = kernel_h != kDynamic && kernel_w != kDynamic;
  const int64_t taps = options.deform_groups * kernel_h * kernel_w;
  MMDEPLOY_TRYV(CheckPlaces(shapes, offset, known ? 2 * taps : kDynamic, output));
  if (at.mask >= 0) {
    const auto mask = static_cast<size_t>(at.mask);
    MMDEPLOY_TRYV(SameDim(shapes, {input, 0}, {mask, 0}, "N"));
    MMDEPLOY_TRYV(CheckPlaces(shapes, mask, known ? taps : kDynamic, output));
  }
  if (at.bias >= 0) {
    MMDEPLOY_TRYV(ExpectDim(shapes, static_cast<size_t>(at.bias), 0, output[1], "channels"));
  }
  return std::vector<Shape>{output};
}

namespace {

constexpr InputIndices kInputs{0, 1, -1, 2, -1};

// `pads` is [top, left, bottom, right], as OpenVINO and ONNX have it.
Options OpenVinoOptions(const Attributes& attributes) {
  const auto& stride = attributes.Ints("strides");
  const auto& dilation = attributes.Ints("dilations");
  const auto& pad = attributes.Ints("pads");
  return {stride[0],
          stride[1],
          dilation[0],
          dilation[1],
          pad[0],
          pad[1],
          pad[2],
          pad[3],
          attributes.Int("groups"),
          attributes.Int("deformable_groups")};
}

std::vector<AttrDef> OpenVinoAttributes() {
  return {SizesDef("strides", 1, {2}),
          SizesDef("pads", 0, {4}),
          SizesDef("dilations", 1, {2}),
          GroupsDef(),
          DeformGroupsDef("deformable_groups", {"deformable_group", "deform_groups"}),
          // Ignored: the weight tells.
          {"kernel_shape", AttrType::kInts, std::vector<int64_t>{0, 0}, 0, 1 << 30, {2}}};
}

template <Options (*kOptions)(const Attributes&)>
Result<std::vector<Shape>> InferFrom(const Attributes& attributes, InputShapes shapes) {
  return Infer(kOptions(attributes), kInputs, shapes);
}

template <Options (*kOptions)(const Attributes&),
          Result<void> (*kFunction)(const Problem&, OpContext&)>
Result<void> RunFrom(const Attributes& attributes, OpContext& context) {
  return kFunction(Problem(kOptions(attributes), kInputs, context), context);
}

template <Options (*kOptions)(const Attributes&)>
OpDef Declare(const OpName& name) {
  OpDef op;
  op.names = {name};
  op.inputs = {{"input", 4, Presence::kRequired, true},
               {"offset", 4, Presence::kRequired, true},
               {"weight", 4}};
  op.outputs = {{"output", true}};
  op.infer = InferFrom<kOptions>;
  op.reference = RunFrom<kOptions, Reference>;
  op.run = RunFrom<kOptions, Run>;
  op.run_cuda = MMDEPLOY_IF_CUDA((RunFrom<kOptions, RunCuda>));
  return op;
}

}  // namespace
}  // namespace deform_conv

// Deformable convolution (Dai et al., "Deformable Convolutional Networks", 2017; documentation:
// custom operators, MMCVDeformConv2d). With taps t = (i, j) of the kernel, c of the group of o and
// d the deformable group of c:
//
//   output[n,o,y,x] = sum over c, t of weight[o,c,i,j] * sample(input[n,c], at
//       y * stride_h - pad_top  + i * dilation_h + offset[n, 2 * (d * taps + t),     y, x],
//       x * stride_w - pad_left + j * dilation_w + offset[n, 2 * (d * taps + t) + 1, y, x])
//
// sample() is bilinear over an image that is zero outside. input [N,C,H,W]; offset
// [N, 2 * deform_groups * taps, oH, oW]; weight [O, C / groups, kh, kw]; output [N,O,oH,oW] with
// oH = floor((H + pads - dilation_h * (kh - 1) - 1) / stride_h) + 1.
std::vector<OpDef> deform_conv_ops() {
  OpDef mmcv = deform_conv::Declare<deform_conv::MmcvOptions>({"mmdeploy", "MMCVDeformConv2d"});
  mmcv.attributes = deform_conv::MmcvAttributes({2, 4});
  OpDef openvino = deform_conv::Declare<deform_conv::OpenVinoOptions>(
      {"org.openvinotoolkit", "DeformableConv2D"});
  openvino.attributes = deform_conv::OpenVinoAttributes();
  openvino.native_engines = {"openvino"};
  return {mmcv, openvino};
}

}  // namespace mmdeploy::op
