#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "mmdeploy/backend/ncnn/layer/expression.h"
#include "mmdeploy/backend/ncnn/layer/params.h"
#include "mmdeploy/backend/ncnn/layer/rules.h"

// Inputs and constants; other dimensions, parts, places and sizes for the same numbers.

namespace mmdeploy::ncnn {
namespace {

constexpr int64_t kMaxExtent = 1 << 24;

Rules Crop() {
  return {Offset(0, "woffset"),  Offset(1, "hoffset"),   Offset(13, "doffset"),
          Offset(2, "coffset"),  Offset(3, "outw"),      Offset(4, "outh"),
          Offset(14, "outd"),    Offset(5, "outc"),      Offset(6, "woffset2"),
          Offset(7, "hoffset2"), Offset(15, "doffset2"), Offset(8, "coffset2"),
          Offsets(9, "starts"),  Offsets(10, "ends"),    Axes(11)};
}

Rules Interp() {
  return {Int(0, "resize_type", 0, 3),      Float(1, "height_scale"),
          Float(2, "width_scale"),          Int(3, "output_height", 0, kSize),
          Int(4, "output_width", 0, kSize), Flag(5, "dynamic_target_size"),
          Flag(6, "align_corner")};
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

Result<void> CheckSlice(const ParamLayer& layer) {
  const size_t slices = layer.Array(0).size(), indices = layer.Array(2).size();
  const size_t outputs = layer.outputs.size();
  MMDEPLOY_ENSURE(slices == outputs || (indices > 0 && indices + 1 == outputs), Code::kFail,
                  "{} slices for {} outputs", slices, outputs);
  return {};
}

Result<void> CheckConcatInputs(const ParamLayer& layer, Shapes in) {
  MMDEPLOY_TRYV(ExpectAxis(in[0], layer.Int(0, 0)));
  const auto axis = static_cast<size_t>(ResolveAxis(in[0], layer.Int(0, 0)));
  for (const auto& shape : in) {
    auto a = in[0].dims(), b = shape.dims();
    a[axis] = b[axis] = 0;
    MMDEPLOY_ENSURE(shape.rank == in[0].rank && a == b, Code::kFail,
                    "inputs {} and {} do not fit along axis {}", Name(in[0]), Name(shape), axis);
  }
  return {};
}

Result<void> CheckSliceInput(const ParamLayer& layer, Shapes in) {
  MMDEPLOY_TRYV(ExpectAxis(in[0], layer.Int(1, 0)));
  const int extent = in[0].dims()[static_cast<size_t>(ResolveAxis(in[0], layer.Int(1, 0)))];
  double sum = 0;
  for (const double slice : layer.Array(0)) sum += std::max(slice, 0.);
  double last = 0;
  for (double index : layer.Array(2)) {
    index += index < 0 ? extent : 0;
    MMDEPLOY_ENSURE(index >= last && index <= extent, Code::kFail,
                    "indices do not rise within the extent of {}", extent);
    last = index;
  }
  MMDEPLOY_ENSURE(sum <= extent, Code::kFail, "the slices have {} rows, input {} has {}", sum,
                  Name(in[0]), extent);
  return {};
}

// Extents of the new shape by the ids of their parameters; -233 for those that are not there.
struct NewShape {
  int64_t w = -233, h = -233, d = -233, c = -233;
};

// Of the parameters, or of the expressions in parameter 6, which then count alone.
Result<NewShape> NewShapeOf(const ParamLayer& layer, const BlobShape& input) {
  if (layer.Text(6).empty()) {
    return NewShape{layer.Int(0, -233), layer.Int(1, -233), layer.Int(11, -233),
                    layer.Int(2, -233)};
  }
  MMDEPLOY_TRY(const std::vector<int64_t> list, EvaluateList(layer.Text(6), input));
  MMDEPLOY_ENSURE(list.size() <= 4, Code::kFail, "'{}' has {} numbers, allowed 1..4", layer.Text(6),
                  list.size());
  NewShape shape{list[0]};
  if (list.size() > 1) shape.h = list[1];
  if (list.size() == 3) shape.c = list[2];
  if (list.size() == 4) {
    shape.d = list[2];
    shape.c = list[3];
  }
  return shape;
}

// That expressions can be read, whatever the input is.
Result<void> CheckReshape(const ParamLayer& layer) {
  if (layer.Text(6).empty()) return {};
  MMDEPLOY_ENSURE(layer.inputs.size() == 1, Code::kNotSupported, "expressions and a second input");
  constexpr int kAny = 5040;  // which all small numbers divide
  const auto shape = NewShapeOf(layer, {4, kAny, kAny, kAny, kAny});
  return shape || shape.error().code() != Code::kNotSupported ? Result<void>()
                                                              : MakeError(shape.error());
}

Result<void> CheckReshapeInput(const ParamLayer& layer, Shapes in) {
  if (in.size() > 1) {
    MMDEPLOY_ENSURE(in[0].count() == in[1].count(), Code::kFail,
                    "inputs {} and {} have different numbers of elements", Name(in[0]),
                    Name(in[1]));
    return {};
  }
  MMDEPLOY_TRY(const NewShape shape, NewShapeOf(layer, in[0]));
  double known = 1;
  bool open = false;
  const std::array<std::pair<int64_t, int>, 4> extents = {
      {{shape.w, in[0].w}, {shape.h, in[0].h}, {shape.d, in[0].d}, {shape.c, in[0].c}}};
  for (const auto& [extent, current] : extents) {
    if (extent == -233) continue;
    MMDEPLOY_ENSURE(extent >= -1 && !(extent == -1 && open), Code::kFail,
                    "an extent of {}; allowed: 0 and more, one -1", extent);
    open |= extent == -1;
    known *= extent == -1 ? 1. : extent == 0 ? current : static_cast<double>(extent);
  }
  const auto count = static_cast<double>(in[0].count());
  const bool fits = known > 0 && (open ? std::fmod(count, known) == 0 : count == known);
  MMDEPLOY_ENSURE(fits, Code::kFail, "input {} has {} elements, the new shape {}{}", Name(in[0]),
                  count, known, open ? " times a whole number" : "");
  return {};
}

Result<void> CheckPaddingInput(const ParamLayer& layer, Shapes in) {
  if (in.size() > 1) {
    MMDEPLOY_ENSURE(in[1].count() >= 6, Code::kFail, "the paddings {} are not six", Name(in[1]));
    return MakeError(Code::kNotSupported, "paddings that are known at run time only");
  }
  const std::array<std::pair<int, int>, 6> pads = {
      {{0, in[0].h}, {1, in[0].h}, {2, in[0].w}, {3, in[0].w}, {7, in[0].c}, {8, in[0].c}}};
  for (const auto& [id, extent] : pads) {
    const int pad = layer.Int(id, 0);
    MMDEPLOY_ENSURE(pad >= 0 && (layer.Int(4, 0) != 2 || pad < extent), Code::kFail,
                    "padding {} (parameter {}) of input {}", pad, id, Name(in[0]));
  }
  const int values = layer.Int(6, 0);
  return values ? ExpectSize(in[0], in[0].c, values, "channels") : Result<void>();
}

// What is left between them along an axis, as ncnn counts; below 1 for what does not exist.
int CropSize(int extent, int start, int end) {
  constexpr int kWhole = -233;
  const int first = start == kWhole ? 0 : start >= 0 ? start : extent + start;
  const int last = end == kWhole ? extent : std::min(extent, end > 0 ? end : extent + end);
  return first < 0 ? 0 : last - first;
}

Result<void> CheckRange(const BlobShape& shape, int axis, int start, int end) {
  const int extent = shape.dims()[static_cast<size_t>(ResolveAxis(shape, axis))];
  MMDEPLOY_ENSURE(CropSize(extent, start, end) >= 1, Code::kFail,
                  "rows {} to {} of axis {} of input {} are empty or do not exist", start, end,
                  axis, Name(shape));
  return {};
}

Result<void> CheckCropInput(const ParamLayer& layer, Shapes in) {
  MMDEPLOY_ENSURE(in.size() == 1, Code::kNotSupported, "a size that is known at run time only");
  MMDEPLOY_TRYV(ExpectAxes(in[0], layer.Array(11)));
  const auto starts = layer.Array(9).size(), ends = layer.Array(10).size();
  const auto axes = layer.Array(11).size();
  const bool fits = starts == ends && (axes ? axes == starts : starts <= size_t(in[0].rank));
  MMDEPLOY_ENSURE(fits, Code::kFail, "{} starts, {} ends, {} axes", starts, ends, axes);
  for (size_t i = 0; i < starts; ++i) {
    const int axis = static_cast<int>(axes ? layer.Array(11)[i] : static_cast<double>(i));
    MMDEPLOY_TRYV(CheckRange(in[0], axis, static_cast<int>(layer.Array(9)[i]),
                             static_cast<int>(layer.Array(10)[i])));
  }
  const std::array<std::array<int, 4>, 4> extents = {
      {{0, 3, 6, in[0].w}, {1, 4, 7, in[0].h}, {13, 14, 15, in[0].d}, {2, 5, 8, in[0].c}}};
  for (const auto& [offset_id, out_id, end_id, extent] : extents) {
    if (starts) break;
    const int64_t offset = layer.Int(offset_id, 0), out = layer.Int(out_id, 0);
    const int64_t end = layer.Int(end_id, 0);
    const bool inside = offset >= 0 && end >= 0 && offset + end < extent &&
                        (out == -233 || (out >= 0 && offset + out <= extent));
    MMDEPLOY_ENSURE(inside, Code::kFail, "offset {}, size {}, end {} do not lie within {}", offset,
                    out, end, extent);
  }
  return {};
}

Result<void> CheckInterpInput(const ParamLayer& layer, Shapes in) {
  const double h = layer.Int(3, 0) ? layer.Int(3, 0) : in[0].h * layer.Number(1, 1);
  const double w = layer.Int(4, 0) ? layer.Int(4, 0) : in[0].w * layer.Number(2, 1);
  const bool fits = in.size() > 1 || (h >= 1 && w >= 1 && h <= kMaxExtent && w <= kMaxExtent);
  MMDEPLOY_ENSURE(fits, Code::kFail, "input {} would become {} x {}: empty, or too large",
                  Name(in[0]), h, w);
  return {};
}

Result<void> CheckShuffleInput(const ParamLayer& layer, Shapes in) {
  const BlobShape& x = in[0];
  const int64_t factor = layer.Int(0, 1);
  if (layer.type == "ShuffleChannel") return ExpectDivides(x, x.c, factor);
  if (layer.type == "PixelShuffle") return ExpectDivides(x, x.c, factor * factor);
  MMDEPLOY_TRYV(ExpectDivides(x, x.w, factor));
  return ExpectDivides(x, x.h, factor);
}

Result<void> CheckTileInput(const ParamLayer& layer, Shapes in) {
  MMDEPLOY_TRYV(ExpectAxis(in[0], layer.Int(0, 0)));
  double count = static_cast<double>(in[0].count()) * layer.Int(1, 1);
  MMDEPLOY_ENSURE(layer.Array(2).size() <= 4, Code::kFail, "more than 4 repeats");
  for (const double repeat : layer.Array(2)) count *= repeat;
  MMDEPLOY_ENSURE(count <= 1 << 28, Code::kFail, "input {} would have {} elements", Name(in[0]),
                  count);
  return {};
}

Result<void> CheckCopyInputs(const ParamLayer& layer, Shapes in) {
  MMDEPLOY_ENSURE(layer.Array(9).empty() && in[0].rank == in[1].rank, Code::kNotSupported,
                  "starts, or inputs of different ranks");
  const bool fits = layer.Int(0, 0) + in[1].w <= in[0].w && layer.Int(1, 0) + in[1].h <= in[0].h &&
                    layer.Int(13, 0) + in[1].d <= in[0].d && layer.Int(2, 0) + in[1].c <= in[0].c;
  MMDEPLOY_ENSURE(fits, Code::kFail, "input {} does not lie within {}", Name(in[1]), Name(in[0]));
  return {};
}

Result<void> CheckFlipInput(const ParamLayer& layer, Shapes in) {
  return ExpectAxes(in[0], layer.Array(0));
}

Result<void> CheckGridInputs(const ParamLayer& layer, Shapes in) {
  MMDEPLOY_TRYV(ExpectRank(in[1], in[0].rank, in[0].rank));
  const int64_t coordinates = layer.Int(3, 0) ? in[1].c : in[1].w;
  return ExpectSize(in[1], coordinates, in[0].rank - 1, "coordinates");
}

int64_t CountMemory(const ParamLayer& layer) {
  double count = 1;
  for (const int id : {0, 1, 11, 2}) count *= std::max(1, layer.Int(id, 1));
  return count > 9e18 ? std::numeric_limits<int64_t>::max() : static_cast<int64_t>(count);
}

// Width, height, depth and channels, as many of them as there are parameters.
std::vector<int64_t> ExtentsOf(const ParamLayer& layer) {
  std::vector<int64_t> dims;
  for (const int id : {2, 11, 1, 0}) {
    if (layer.params.count(id) > 0) dims.push_back(layer.Int(id, 0));
  }
  return dims;
}

std::vector<BlobShape> ConstantShape(const ParamLayer& layer, Shapes) {
  return {ShapeOf(ExtentsOf(layer))};
}

std::vector<BlobShape> ReshapeShape(const ParamLayer& layer, Shapes in) {
  const auto shape = NewShapeOf(layer, in[0]);
  if (in.size() > 1 || !shape) return {BlobShape()};
  std::vector<int64_t> dims;
  const std::array<std::pair<int64_t, int>, 4> extents = {
      {{shape->c, in[0].c}, {shape->d, in[0].d}, {shape->h, in[0].h}, {shape->w, in[0].w}}};
  int64_t known = 1;
  for (const auto& [extent, current] : extents) {
    if (extent == -233) continue;
    dims.push_back(extent == 0 ? current : extent);
    if (dims.back() > 0) known *= dims.back();
  }
  for (int64_t& dim : dims) dim = dim == -1 && known > 0 ? in[0].count() / known : dim;
  return {ShapeOf(dims)};
}

std::vector<int64_t> DimsOf(const BlobShape& shape) {
  const auto dims = shape.dims();
  return {dims.begin(), dims.begin() + shape.rank};
}

// ncnn numbers the orders of three and four axes as the alphabet would.
std::vector<BlobShape> PermuteShape(const ParamLayer& layer, Shapes in) {
  std::vector<size_t> order(static_cast<size_t>(in[0].rank));
  std::iota(order.begin(), order.end(), size_t{0});
  for (int i = 0; i < layer.Int(0, 0); ++i) {
    if (!std::next_permutation(order.begin(), order.end())) return {BlobShape()};
  }
  std::vector<int64_t> dims;
  for (const size_t axis : order) dims.push_back(in[0].dims()[axis]);
  return {ShapeOf(dims)};
}

std::vector<BlobShape> ConcatShape(const ParamLayer& layer, Shapes in) {
  std::vector<int64_t> dims = DimsOf(in[0]);
  const auto axis = static_cast<size_t>(ResolveAxis(in[0], layer.Int(0, 0)));
  dims[axis] = 0;
  for (const BlobShape& shape : in) dims[axis] += shape.dims()[axis];
  return {ShapeOf(dims)};
}

// Parts of given sizes; those of -233 share what is left.
std::vector<BlobShape> SliceShape(const ParamLayer& layer, Shapes in) {
  const std::vector<double>& sizes = layer.Array(0);
  if (sizes.size() != layer.outputs.size()) {
    return std::vector<BlobShape>(layer.outputs.size());
  }
  std::vector<int64_t> dims = DimsOf(in[0]);
  const auto axis = static_cast<size_t>(ResolveAxis(in[0], layer.Int(1, 0)));
  int64_t rest = dims[axis];
  std::vector<BlobShape> shapes;
  for (size_t i = 0; i < sizes.size(); ++i) {
    const auto size = static_cast<int64_t>(sizes[i]);
    dims[axis] = size == -233 ? rest / static_cast<int64_t>(sizes.size() - i) : size;
    rest -= dims[axis];
    shapes.push_back(ShapeOf(dims));
  }
  return shapes;
}

std::vector<BlobShape> CropShape(const ParamLayer& layer, Shapes in) {
  const std::vector<double>&starts = layer.Array(9), &ends = layer.Array(10);
  if (starts.empty()) return {BlobShape()};
  std::vector<int64_t> dims = DimsOf(in[0]);
  for (size_t i = 0; i < starts.size(); ++i) {
    const double named = layer.Array(11).empty() ? static_cast<double>(i) : layer.Array(11)[i];
    const auto axis = static_cast<size_t>(ResolveAxis(in[0], static_cast<int>(named)));
    dims[axis] = CropSize(static_cast<int>(dims[axis]), static_cast<int>(starts[i]),
                          static_cast<int>(ends[i]));
  }
  return {ShapeOf(dims)};
}

std::vector<BlobShape> PaddingShape(const ParamLayer& layer, Shapes in) {
  BlobShape shape = in[0];
  shape.w += layer.Int(2, 0) + layer.Int(3, 0);
  if (shape.rank >= 2) shape.h += layer.Int(0, 0) + layer.Int(1, 0);
  (shape.rank == 4 ? shape.d : shape.c) += layer.Int(7, 0) + layer.Int(8, 0);
  return {shape};
}

std::vector<BlobShape> InterpShape(const ParamLayer& layer, Shapes in) {
  BlobShape shape = in[0];
  if (in.size() > 1 || shape.rank < 2 || layer.params.count(9) > 0) return {BlobShape()};
  const bool scaled = layer.Int(4, 0) == 0 || (shape.rank == 3 && layer.Int(3, 0) == 0);
  const auto size = [](int extent, double scale) {
    return static_cast<int>(static_cast<float>(extent) * static_cast<float>(scale));
  };
  shape.w = scaled ? size(shape.w, layer.Number(2, 1)) : layer.Int(4, 0);
  if (shape.rank == 3) shape.h = scaled ? size(shape.h, layer.Number(1, 1)) : layer.Int(3, 0);
  return {shape};
}

std::vector<BlobShape> PixelShuffleShape(const ParamLayer& layer, Shapes in) {
  const int64_t r = layer.Int(0, 1);
  return {ShapeOf({in[0].c / (r * r), in[0].h * r, in[0].w * r})};
}

std::vector<BlobShape> ReorgShape(const ParamLayer& layer, Shapes in) {
  const int64_t s = layer.Int(0, 1);
  return {ShapeOf({in[0].c * s * s, in[0].h / s, in[0].w / s})};
}

std::vector<BlobShape> FlattenShape(const ParamLayer&, Shapes in) {
  return {ShapeOf({in[0].count()})};
}

std::vector<BlobShape> SqueezeShape(const ParamLayer& layer, Shapes in) {
  if (layer.Array(3).empty()) return {BlobShape()};
  std::vector<int64_t> dims;
  for (int i = 0; i < in[0].rank; ++i) {
    const bool gone = std::any_of(layer.Array(3).begin(), layer.Array(3).end(), [&](double axis) {
      return ResolveAxis(in[0], static_cast<int>(axis)) == i;
    });
    const int extent = in[0].dims()[static_cast<size_t>(i)];
    if (!gone || extent != 1) dims.push_back(extent);
  }
  if (dims.empty()) dims = {1};
  return {ShapeOf(dims)};
}

// Axes of the result.
std::vector<BlobShape> ExpandDimsShape(const ParamLayer& layer, Shapes in) {
  const std::vector<double>& axes = layer.Array(3);
  std::vector<int64_t> dims = DimsOf(in[0]);
  const auto rank = static_cast<double>(dims.size() + axes.size());
  std::vector<double> places;
  for (const double axis : axes) places.push_back(axis < 0 ? axis + rank : axis);
  std::sort(places.begin(), places.end());
  for (const double place : places) {
    if (place < 0 || place > static_cast<double>(dims.size())) return {BlobShape()};
    dims.insert(dims.begin() + static_cast<int>(place), 1);
  }
  return {axes.empty() ? BlobShape() : ShapeOf(dims)};
}

// Aligned at the last axis.
std::vector<BlobShape> TileShape(const ParamLayer& layer, Shapes in) {
  const std::vector<double>& repeats = layer.Array(2);
  std::vector<int64_t> dims = DimsOf(in[0]);
  if (repeats.empty() || repeats.size() != dims.size()) return {BlobShape()};
  for (size_t i = 0; i < dims.size(); ++i) dims[i] *= static_cast<int64_t>(repeats[i]);
  return {ShapeOf(dims)};
}

std::vector<BlobShape> GridShape(const ParamLayer& layer, Shapes in) {
  if (layer.Int(3, 0)) return {BlobShape()};
  std::vector<int64_t> dims = DimsOf(in[1]);
  dims.pop_back();
  dims.insert(dims.begin(), in[0].c);
  return {ShapeOf(dims)};
}

}  // namespace

Rows shapes_rows() {
  return {
      {"Input",
       {0, 0},
       {},
       Extents(-1) + Rules{Int(kBatchParam, "batch", 1, kSize)},
       {1, 4},
       nullptr,
       nullptr,
       nullptr,
       nullptr},
      {"MemoryData",
       {0, 0},
       {},
       Extents(0) + Rules{Flag(21, "load_type")},
       {1, 4},
       nullptr,
       nullptr,
       ConstantShape,
       CountMemory},
      {"Noop", {1, kMany}, {0, kMany}, {}, {1, 4}, nullptr, nullptr, SameShape, nullptr},
      {"Split", {}, {1, kMany}, {}, {1, 4}, nullptr, nullptr, SameShape, nullptr},
      {"Concat",
       {1, kMany},
       {},
       {Axis(0)},
       {1, 4},
       nullptr,
       CheckConcatInputs,
       ConcatShape,
       nullptr},
      {"CopyTo",
       {2, 2},
       {},
       {Int(0, "woffset", 0, kSize), Int(1, "hoffset", 0, kSize), Int(13, "doffset", 0, kSize),
        Int(2, "coffset", 0, kSize), Offsets(9, "starts"), Axes(11)},
       {1, 4},
       nullptr,
       CheckCopyInputs,
       SameShape,
       nullptr},
      {"Crop", {1, 2}, {}, Crop(), {1, 4}, nullptr, CheckCropInput, CropShape, nullptr},
      {"Diag",
       {},
       {},
       {Int(0, "diagonal", -kSize, kSize)},
       {1, 4},
       nullptr,
       nullptr,
       nullptr,
       nullptr,
       kForeign},
      {"ExpandDims",
       {},
       {},
       {Flag(0, "expand_w"), Flag(1, "expand_h"), Flag(11, "expand_d"), Flag(2, "expand_c"),
        Axes(3)},
       {1, 4},
       nullptr,
       nullptr,
       ExpandDimsShape,
       nullptr},
      {"Flatten", {}, {}, {}, {1, 4}, nullptr, nullptr, FlattenShape, nullptr},
      {"Flip", {}, {}, {Axes(0)}, {1, 4}, nullptr, CheckFlipInput, SameShape, nullptr},
      {"GridSample",
       {2, 2},
       {},
       {Int(0, "sample_type", 1, 3), Int(1, "padding_mode", 1, 3), Flag(2, "align_corner"),
        Flag(3, "permute_fused")},
       {3, 4},
       nullptr,
       CheckGridInputs,
       GridShape,
       nullptr},
      {"Interp", {1, 2}, {}, Interp(), {1, 3}, nullptr, CheckInterpInput, InterpShape, nullptr},
      {"Padding",
       {1, 2},
       {},
       PaddingRules(),
       {1, 4},
       nullptr,
       CheckPaddingInput,
       PaddingShape,
       CountInParam<6>},
      {"Permute",
       {},
       {},
       {Int(0, "order_type", 0, 23)},
       {1, 4},
       nullptr,
       nullptr,
       PermuteShape,
       nullptr},
      {"PixelShuffle",
       {},
       {},
       {Int(0, "upscale_factor", 1, 1024), Flag(1, "mode")},
       {3, 3},
       nullptr,
       CheckShuffleInput,
       PixelShuffleShape,
       nullptr},
      {"Reorg",
       {},
       {},
       {Int(0, "stride", 1, 1024), Flag(1, "mode")},
       {3, 3},
       nullptr,
       CheckShuffleInput,
       ReorgShape,
       nullptr},
      {"Reshape",
       {1, 2},
       {},
       Extents(-233) + Rules{{6, "shape_expr", ParamRule::kText, 0, 0}},
       {1, 4},
       CheckReshape,
       CheckReshapeInput,
       ReshapeShape,
       nullptr},
      {"ShuffleChannel",
       {},
       {},
       {Int(0, "group", 1, kChannels), Flag(1, "reverse")},
       {3, 3},
       nullptr,
       CheckShuffleInput,
       SameShape,
       nullptr},
      {"Slice",
       {},
       {1, kMany},
       {Ints(0, "slices", -233, kCount), Axis(1), Ints(2, "indices", -kCount, kCount)},
       {1, 4},
       CheckSlice,
       CheckSliceInput,
       SliceShape,
       nullptr},
      {"Squeeze",
       {},
       {},
       {Flag(0, "squeeze_w"), Flag(1, "squeeze_h"), Flag(11, "squeeze_d"), Flag(2, "squeeze_c"),
        Axes(3)},
       {1, 4},
       nullptr,
       nullptr,
       SqueezeShape,
       nullptr},
      {"Tile",
       {},
       {},
       {Axis(0), Int(1, "tiles", 1, kSize), Ints(2, "repeats", 1, kSize)},
       {1, 4},
       nullptr,
       CheckTileInput,
       TileShape,
       nullptr},
  };
}

}  // namespace mmdeploy::ncnn
