#include <algorithm>
#include <array>

#include "mmdeploy/backend/ncnn/layer/params.h"
#include "mmdeploy/backend/ncnn/layer/rules.h"
#include "mmdeploy/backend/ncnn/window.h"

// Convolutions and their like: a kernel of weights that moves over an image.

namespace mmdeploy::ncnn {
namespace {

// What pnnx writes into layers without groups.
Rules OneGroup() { return {Int(7, "group", 1, 1)}; }

// Weights that are computed: a second input, and the bias a third one. Of deconvolutions it is
// parameter 28, under which files of ours have the spelling of names; those are refused.
constexpr int kComputed = 19;

bool IsComputed(const ParamLayer& layer) {
  return layer.Int(kComputed, 0) != 0 && StartsWith(layer.type, "Convolution");
}

Rules Computed() { return {Flag(kComputed, "dynamic_weight")}; }

constexpr Range kComputedInputs = {1, 3};

constexpr std::array<int, 3> kBefore = {4, 14, 24}, kAfter = {15, 16, 17};

Rules Conv2() { return Weights() + Window2() + Pads2(); }

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

// The size along w, h, d that a deconvolution is cut to; nothing if it names none.
std::vector<int64_t> WantedSize(const ParamLayer& layer) {
  const int spatial = NumSpatialAxes(layer), first = spatial == 3 ? 25 : 20;
  std::vector<int64_t> wanted;
  for (int axis = 0; axis < spatial; ++axis) wanted.push_back(layer.Int(first + axis, 0));
  const bool all = std::all_of(wanted.begin(), wanted.end(), [](int64_t size) { return size > 0; });
  return all ? wanted : std::vector<int64_t>();
}

Result<void> CheckStoredWeights(const ParamLayer& layer) {
  const int64_t window = WindowElements(layer), group = GroupOf(layer);
  const int64_t outputs = layer.Int(0, 0), weights = layer.Int(6, 0);
  MMDEPLOY_ENSURE(window > 0 && outputs > 0 && weights > 0, Code::kFail,
                  "num_output, kernel_w or weight_data_size (parameters 0, 1, 6) is missing");
  MMDEPLOY_ENSURE(outputs % group == 0, Code::kFail, "group {} does not divide num_output {}",
                  group, outputs);
  const int64_t per_input = window * (outputs / group);
  MMDEPLOY_ENSURE(per_input <= weights && weights % (per_input * group) == 0, Code::kFail,
                  "weight_data_size {} does not fit num_output {}, group {} and a kernel of {}",
                  weights, outputs, group, window);
  return {};
}

// ncnn would look for scales of int8 among the blobs.
Result<void> CheckComputedWeights(const ParamLayer& layer) {
  const int scales = layer.Int(8, 0);
  MMDEPLOY_ENSURE(scales == 0, Code::kNotSupported,
                  "int8_scale_term (parameter 8) is {} and weights are computed, allowed: 0",
                  scales);
  return {};
}

Result<void> CheckConvolution(const ParamLayer& layer) {
  const bool computed = IsComputed(layer);
  const size_t inputs = computed ? 2 + static_cast<size_t>(layer.Int(5, 0)) : 1;
  MMDEPLOY_ENSURE(layer.inputs.size() == inputs, Code::kFail,
                  "{} inputs, expected {} with dynamic_weight={} and bias_term={}",
                  layer.inputs.size(), inputs, computed, layer.Int(5, 0));
  MMDEPLOY_TRYV(computed ? CheckComputedWeights(layer) : CheckStoredWeights(layer));
  for (const int id : {4, 14, 15, 16, 17, 24}) {
    const int pad = layer.Int(id, 0);
    MMDEPLOY_ENSURE(pad >= 0 || pad <= -233, Code::kFail,
                    "padding {} (parameter {}) is negative; allowed: 0 and more, -233, -234", pad,
                    id);
  }
  return CheckActivation(layer);
}

struct Pads {
  int before = 0, after = 0;
};

// Those that are not given are as others, see ncnn's load_param.
Pads PadsOf(const ParamLayer& layer, int axis) {
  const auto i = static_cast<size_t>(axis);
  const int before = layer.Int(kBefore[i], layer.Int(4, 0));
  return {before, layer.Int(kAfter[i], before)};
}

struct PadSigns {
  bool positive = false, negative = false;
};

PadSigns SignsOf(const ParamLayer& layer) {
  PadSigns signs;
  for (int axis = 0; axis < NumSpatialAxes(layer); ++axis) {
    const Pads pads = PadsOf(layer, axis);
    signs.positive |= pads.before > 0 || pads.after > 0;
    signs.negative |= pads.before < 0 || pads.after < 0;
  }
  return signs;
}

// ncnn cuts by pads, or to a size where pads are -233 or -234; a size beside pads of 0 leaves
// nothing.
Result<void> CheckDeconvolution(const ParamLayer& layer) {
  MMDEPLOY_TRYV(CheckConvolution(layer));
  const PadSigns signs = SignsOf(layer);
  MMDEPLOY_ENSURE(WantedSize(layer).empty() || signs.positive || signs.negative, Code::kFail,
                  "the size of the output (output_w and so on) is given, and no padding of -233 or "
                  "-234 by which it is cut");
  return {};
}

// Of the weights, where they are computed: ncnn does not look at the parameter then.
int64_t Kernel(const ParamLayer& layer, Shapes in, int axis) {
  return IsComputed(layer) ? Extent(in[1], axis) : WindowParam(layer, 1, axis, 1);
}

int64_t WindowExtent(const ParamLayer& layer, Shapes in, int axis) {
  return int64_t{WindowParam(layer, 2, axis, 1)} * (Kernel(layer, in, axis) - 1) + 1;
}

Result<void> CheckStoredInputs(const ParamLayer& layer, Shapes in) {
  return ExpectSize(in[0], in[0].outermost(), InputChannels(layer), "channels");
}

// ncnn reads the weights, [out,in/group,spatial...], without a look at their size.
Result<void> CheckComputedInputs(const ParamLayer& layer, Shapes in) {
  const int spatial = NumSpatialAxes(layer);
  const int64_t channels = in[0].outermost(), group = GroupOf(layer);
  // Depthwise ones may lack the dimension of 1.
  MMDEPLOY_TRYV(ExpectRank(in[1], spatial + 1, spatial + 2));
  const int64_t outputs = in[1].outermost();
  int64_t window = 1;
  for (int axis = 0; axis < spatial; ++axis) window *= Kernel(layer, in, axis);
  MMDEPLOY_ENSURE(channels % group == 0 && outputs % group == 0, Code::kFail,
                  "group {} does not divide {} channels of input {} and {} of weights {}", group,
                  channels, Name(in[0]), outputs, Name(in[1]));
  MMDEPLOY_ENSURE(in[1].count() == outputs * (channels / group) * window, Code::kFail,
                  "weights {} do not fit input {} and group {}", Name(in[1]), Name(in[0]), group);
  if (in.size() < 3) return {};
  MMDEPLOY_ENSURE(in[2].count() == outputs, Code::kFail, "bias {} does not fit weights {}",
                  Name(in[2]), Name(in[1]));
  return {};
}

Result<void> CheckConvolutionInput(const ParamLayer& layer, Shapes in) {
  const int spatial = NumSpatialAxes(layer);
  MMDEPLOY_TRYV(IsComputed(layer) ? CheckComputedInputs(layer, in) : CheckStoredInputs(layer, in));
  for (int axis = 0; axis < spatial; ++axis) {
    const Pads pads = PadsOf(layer, axis);
    if (pads.before < 0 || pads.after < 0) continue;  // as large as needed
    MMDEPLOY_TRYV(
        ExpectWindow(in[0], axis, WindowExtent(layer, in, axis), pads.before + pads.after));
  }
  return {};
}

Result<void> CheckUnfoldInput(const ParamLayer& layer, Shapes in) {
  double count = in[0].c;
  for (int axis = 0; axis < 2; ++axis) {
    const int kernel = WindowParam(layer, 1, axis, 0);
    const auto [before, after] = PadsOf(layer, axis);
    MMDEPLOY_ENSURE(kernel > 0 && before >= 0 && after >= 0, Code::kFail,
                    "kernel {}, padding {} and {}; allowed: 1 and more, 0 and more", kernel, before,
                    after);
    MMDEPLOY_TRYV(ExpectWindow(in[0], axis, WindowExtent(layer, in, axis), before + after));
    count *= static_cast<double>(kernel) * (Extent(in[0], axis) + before + after);
  }
  MMDEPLOY_ENSURE(count <= 1 << 28, Code::kFail, "input {} would have up to {} elements",
                  Name(in[0]), count);
  return {};
}

// [channels, spatial...]; nothing where ncnn calculates pads itself.
BlobShape Spatial(int64_t channels, const std::vector<int64_t>& from_width) {
  std::vector<int64_t> dims = {channels};
  dims.insert(dims.end(), from_width.rbegin(), from_width.rend());
  return ShapeOf(dims);
}

std::vector<BlobShape> ConvolutionShape(const ParamLayer& layer, Shapes in) {
  std::vector<int64_t> extents;
  for (int axis = 0; axis < NumSpatialAxes(layer); ++axis) {
    const Pads pads = PadsOf(layer, axis);
    if (pads.before < 0 || pads.after < 0) return {BlobShape()};
    const int64_t room =
        Extent(in[0], axis) + pads.before + pads.after - WindowExtent(layer, in, axis);
    extents.push_back(room / WindowParam(layer, 3, axis, 1) + 1);
  }
  return {Spatial(IsComputed(layer) ? in[1].outermost() : layer.Int(0, 0), extents)};
}

// Before anything is cut off.
std::vector<int64_t> WholeExtents(const ParamLayer& layer, Shapes in) {
  std::vector<int64_t> extents;
  for (int axis = 0; axis < NumSpatialAxes(layer); ++axis) {
    const int added = layer.Int(18 + axis, layer.Int(18, 0));
    extents.push_back(int64_t{Extent(in[0], axis) - 1} * WindowParam(layer, 3, axis, 1) +
                      WindowExtent(layer, in, axis) + added);
  }
  return extents;
}

Result<void> CheckDeconvolutionInput(const ParamLayer& layer, Shapes in) {
  MMDEPLOY_TRYV(CheckStoredInputs(layer, in));
  const std::vector<int64_t> wanted = WantedSize(layer), whole = WholeExtents(layer, in);
  for (size_t i = 0; i < wanted.size() && !SignsOf(layer).positive; ++i) {
    MMDEPLOY_ENSURE(wanted[i] <= whole[i], Code::kFail,
                    "input {} becomes {} along an axis, {} are to be left", Name(in[0]), whole[i],
                    wanted[i]);
  }
  return {};
}

std::vector<BlobShape> DeconvolutionShape(const ParamLayer& layer, Shapes in) {
  const PadSigns signs = SignsOf(layer);
  if (signs.positive && signs.negative) return {BlobShape()};
  std::vector<int64_t> extents = signs.negative ? WantedSize(layer) : std::vector<int64_t>();
  if (!extents.empty()) return {Spatial(layer.Int(0, 0), extents)};
  extents = WholeExtents(layer, in);
  for (size_t i = 0; i < extents.size() && signs.positive; ++i) {
    const Pads pads = PadsOf(layer, static_cast<int>(i));
    extents[i] -= pads.before + pads.after;
  }
  return {Spatial(layer.Int(0, 0), extents)};
}

int64_t StoredWeights(const ParamLayer& layer) { return IsComputed(layer) ? 0 : layer.Int(6, 0); }

}  // namespace

Rows convolutions_rows() {
  return {
      {"Convolution",
       kComputedInputs,
       {},
       Conv2() + PadValue() + Int8() + OneGroup() + Computed(),
       {3, 3},
       CheckConvolution,
       CheckConvolutionInput,
       ConvolutionShape,
       StoredWeights},
      {"ConvolutionDepthWise",
       kComputedInputs,
       {},
       Conv2() + PadValue() + Int8() + Group() + Computed(),
       {3, 3},
       CheckConvolution,
       CheckConvolutionInput,
       ConvolutionShape,
       StoredWeights},
      {"Convolution1D",
       kComputedInputs,
       {},
       Weights() + Window1() + Pads1() + PadValue() + OneGroup() + Computed(),
       {2, 2},
       CheckConvolution,
       CheckConvolutionInput,
       ConvolutionShape,
       StoredWeights},
      {"ConvolutionDepthWise1D",
       kComputedInputs,
       {},
       Weights() + Window1() + Pads1() + PadValue() + Group() + Computed(),
       {2, 2},
       CheckConvolution,
       CheckConvolutionInput,
       ConvolutionShape,
       StoredWeights},
      {"Convolution3D",
       {},
       {},
       Weights() + Window3() + Pads3() + PadValue() + OneGroup(),
       {4, 4},
       CheckConvolution,
       CheckConvolutionInput,
       ConvolutionShape,
       CountInParam<6>},
      {"ConvolutionDepthWise3D",
       {},
       {},
       Weights() + Window3() + Pads3() + PadValue() + Group(),
       {4, 4},
       CheckConvolution,
       CheckConvolutionInput,
       ConvolutionShape,
       CountInParam<6>},
      {"Deconvolution",
       {},
       {},
       Conv2() + OutputPads() + OneGroup(),
       {3, 3},
       CheckDeconvolution,
       CheckDeconvolutionInput,
       DeconvolutionShape,
       CountInParam<6>},
      {"DeconvolutionDepthWise",
       {},
       {},
       Conv2() + OutputPads() + Group(),
       {3, 3},
       CheckDeconvolution,
       CheckDeconvolutionInput,
       DeconvolutionShape,
       CountInParam<6>},
      {"Deconvolution1D",
       {},
       {},
       Weights() + Window1() + Pads1() + OutputPads1() + OneGroup(),
       {2, 2},
       CheckDeconvolution,
       CheckDeconvolutionInput,
       DeconvolutionShape,
       CountInParam<6>},
      {"DeconvolutionDepthWise1D",
       {},
       {},
       Weights() + Window1() + Pads1() + OutputPads1() + Group(),
       {2, 2},
       CheckDeconvolution,
       CheckDeconvolutionInput,
       DeconvolutionShape,
       CountInParam<6>},
      {"Deconvolution3D",
       {},
       {},
       Weights() + Window3() + Pads3() + OutputPads3() + OneGroup(),
       {4, 4},
       CheckDeconvolution,
       CheckDeconvolutionInput,
       DeconvolutionShape,
       CountInParam<6>},
      {"DeconvolutionDepthWise3D",
       {},
       {},
       Weights() + Window3() + Pads3() + OutputPads3() + Group(),
       {4, 4},
       CheckDeconvolution,
       CheckDeconvolutionInput,
       DeconvolutionShape,
       CountInParam<6>},
      {"Unfold",
       {},
       {},
       Window2() + Pads2() + PadValue(),
       {3, 3},
       nullptr,
       CheckUnfoldInput,
       nullptr,
       nullptr},
  };
}

}  // namespace mmdeploy::ncnn
