#include <algorithm>
#include <tuple>

#include "mmdeploy/backend/ncnn/layer_checks.h"
#include "mmdeploy/backend/ncnn/window.h"

namespace mmdeploy::ncnn {

std::array<int, 4> BlobShape::dims() const {
  if (rank == 1) return {w};
  if (rank == 2) return {h, w};
  if (rank == 3) return {c, h, w};
  return {c, d, h, w};
}

std::string Name(const BlobShape& shape) {
  const auto dims = shape.dims();
  return Name(
      mmdeploy::Shape(std::vector<int64_t>(dims.begin(), dims.begin() + std::min(shape.rank, 4))));
}

namespace {

using Shapes = Span<const BlobShape>;
constexpr int64_t kMaxExtent = 1 << 24;

Result<void> ExpectRank(const BlobShape& shape, int min, int max) {
  MMDEPLOY_ENSURE(shape.rank >= min && shape.rank <= max, Code::kFail,
                  "input {} has {} dimensions, expected {}", Name(shape), shape.rank,
                  min == max ? fmt::format("{}", min) : fmt::format("{}..{}", min, max));
  return {};
}

Result<void> ExpectSize(const BlobShape& shape, int64_t found, int64_t expected, const char* what) {
  MMDEPLOY_ENSURE(found == expected, Code::kFail, "input {} has {} {}, the weights are for {}",
                  Name(shape), found, what, expected);
  return {};
}

// The axis from 0 on; -1 if it does not exist.
int ResolveAxis(const BlobShape& shape, int axis) {
  const int resolved = axis < 0 ? axis + shape.rank : axis;
  return resolved >= 0 && resolved < shape.rank ? resolved : -1;
}

Result<void> ExpectAxis(const BlobShape& shape, int axis) {
  MMDEPLOY_ENSURE(ResolveAxis(shape, axis) >= 0, Code::kFail, "input {} has no axis {}",
                  Name(shape), axis);
  return {};
}

Result<void> ExpectAxes(const BlobShape& shape, const std::vector<double>& axes) {
  for (const double axis : axes) MMDEPLOY_TRYV(ExpectAxis(shape, static_cast<int>(axis)));
  return {};
}

int Extent(const BlobShape& shape, int spatial_axis) {
  return spatial_axis == 0 ? shape.w : spatial_axis == 1 ? shape.h : shape.d;
}

Result<void> CheckWindow(const BlobShape& shape, int axis, int64_t window, int64_t padding) {
  const int64_t extent = Extent(shape, axis) + padding;
  MMDEPLOY_ENSURE(extent >= window, Code::kFail,
                  "input {} with padding {} is smaller than the kernel of {}", Name(shape), padding,
                  window);
  return {};
}

Result<void> CheckConvolutionInput(const ParamLayer& layer, Shapes in) {
  const int spatial = NumSpatialAxes(layer);
  MMDEPLOY_TRYV(ExpectRank(in[0], spatial + 1, spatial + 1));
  MMDEPLOY_TRYV(ExpectSize(in[0], in[0].outermost(), InputChannels(layer), "channels"));
  if (StartsWith(layer.type, "Deconvolution")) return {};
  constexpr std::array<int, 3> kBefore = {4, 14, 24}, kAfter = {15, 16, 17};
  for (int axis = 0; axis < spatial; ++axis) {
    const auto i = static_cast<size_t>(axis);
    const int before = layer.Int(kBefore[i], layer.Int(4, 0));
    const int after = layer.Int(kAfter[i], before);
    if (before < 0 || after < 0) continue;  // as large as needed
    const int64_t window =
        int64_t{WindowParam(layer, 2, axis, 1)} * (WindowParam(layer, 1, axis, 1) - 1) + 1;
    MMDEPLOY_TRYV(CheckWindow(in[0], axis, window, before + after));
  }
  return {};
}

Result<void> CheckPoolingInput(const ParamLayer& layer, Shapes in) {
  const int spatial = NumSpatialAxes(layer);
  MMDEPLOY_TRYV(ExpectRank(in[0], spatial + 1, spatial + 1));
  if (layer.Int(4, 0) || layer.Int(7, 0)) return {};
  constexpr std::array<int, 3> kBefore = {3, 13, 23}, kAfter = {14, 15, 16};
  for (int axis = 0; axis < spatial; ++axis) {
    const auto i = static_cast<size_t>(axis);
    const int window = WindowParam(layer, 1, axis, 0);
    MMDEPLOY_ENSURE(window > 0, Code::kFail, "kernel_w (parameter 1) is missing");
    const int before = layer.Int(kBefore[i], layer.Int(3, 0));
    const int after = layer.Int(kAfter[i], before);
    MMDEPLOY_ENSURE(before >= 0 && after >= 0 && before < window && after < window, Code::kFail,
                    "padding {} and {} must be smaller than the kernel of {}", before, after,
                    window);
    MMDEPLOY_TRYV(CheckWindow(in[0], axis, window, before + after));
  }
  return {};
}

Result<void> CheckInnerProductInput(const ParamLayer& layer, Shapes in) {
  const int64_t inputs = layer.Int(2, 0) / layer.Int(0, 1);
  if (in[0].rank == 2 && in[0].w == inputs) return {};
  return ExpectSize(in[0], in[0].count(), inputs, "elements");
}

Result<void> CheckNormInput(const ParamLayer& layer, Shapes in) {
  const BlobShape& x = in[0];
  if (layer.type == "PReLU" && layer.Int(0, 1) == 1) return {};
  if (layer.type == "Scale" && layer.Int(0, 0) == -233) {
    return ExpectSize(x, x.outermost(), in[1].count(), "channels");
  }
  if (layer.type == "InstanceNorm") {
    MMDEPLOY_TRYV(ExpectRank(x, 3, 4));
    return layer.Int(2, 1) ? ExpectSize(x, x.c, layer.Int(0, 0), "channels") : Result<void>();
  }
  if (layer.type == "Normalize") {
    MMDEPLOY_TRYV(ExpectRank(x, 1, 3));
    return layer.Int(1, 0) ? Result<void>() : ExpectSize(x, x.c, layer.Int(3, 0), "channels");
  }
  if (layer.type == "LayerNorm" || layer.type == "RMSNorm") {
    if (!layer.Int(2, 1)) return {};
    const int64_t size = layer.Int(0, 0);
    const bool image = x.rank == 3 && int64_t{x.w} * x.h == size;
    return image ? Result<void>() : ExpectSize(x, x.w, size, "columns");
  }
  return ExpectSize(x, x.outermost(), layer.Int(layer.type == "GroupNorm" ? 1 : 0, 0), "channels");
}

bool Broadcasts(const BlobShape& a, const BlobShape& b, int shift) {
  const auto x = a.dims(), y = b.dims();
  for (int i = 0; i < b.rank; ++i) {
    const int p = x[static_cast<size_t>(i) + static_cast<size_t>(shift)];
    const int q = y[static_cast<size_t>(i)];
    if (p != q && p != 1 && q != 1) return false;
  }
  return true;
}

// ncnn aligns a blob of one dimension with the outermost or the innermost one of the other, any
// other with the outermost ones.
Result<void> CheckBinaryInputs(const ParamLayer&, Shapes in) {
  if (in.size() < 2) return {};
  const bool swap = in[0].rank < in[1].rank;
  const BlobShape &a = in[swap], &b = in[!swap];
  const bool inner = b.rank == 1 && Broadcasts(a, b, a.rank - 1);
  MMDEPLOY_ENSURE(inner || Broadcasts(a, b, 0), Code::kFail, "inputs {} and {} do not fit",
                  Name(in[0]), Name(in[1]));
  return {};
}

bool Equal(const BlobShape& a, const BlobShape& b) {
  return a.rank == b.rank && a.dims() == b.dims();
}

Result<void> CheckEqualInputs(const ParamLayer& layer, Shapes in) {
  for (const auto& shape : in) {
    MMDEPLOY_ENSURE(Equal(shape, in[0]), Code::kFail, "inputs {} and {} differ", Name(in[0]),
                    Name(shape));
  }
  const auto coeffs = layer.Array(1).size();
  MMDEPLOY_ENSURE(coeffs == 0 || coeffs == in.size(), Code::kFail, "{} coeffs for {} inputs",
                  coeffs, in.size());
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

Result<void> CheckReshapeInput(const ParamLayer& layer, Shapes in) {
  if (in.size() > 1) {
    MMDEPLOY_ENSURE(in[0].count() == in[1].count(), Code::kFail,
                    "inputs {} and {} have different numbers of elements", Name(in[0]),
                    Name(in[1]));
    return {};
  }
  int64_t known = 1;
  bool open = false;
  const std::array<std::pair<int, int>, 4> extents = {
      {{0, in[0].w}, {1, in[0].h}, {11, in[0].d}, {2, in[0].c}}};
  for (const auto& [id, current] : extents) {
    const int extent = layer.Int(id, -233);
    if (extent == -233) continue;
    MMDEPLOY_ENSURE(extent >= -1 && !(extent == -1 && open), Code::kFail,
                    "extent {} (parameter {}); allowed: 0 and more, one -1", extent, id);
    open |= extent == -1;
    known *= extent == -1 ? 1 : extent == 0 ? current : extent;
  }
  const int64_t count = in[0].count();
  MMDEPLOY_ENSURE(known > 0 && (open ? count % known == 0 : count == known), Code::kFail,
                  "input {} has {} elements, the new shape {}{}", Name(in[0]), count, known,
                  open ? " times a whole number" : "");
  return {};
}

Result<void> CheckMatMulInputs(const ParamLayer& layer, Shapes in) {
  const BlobShape &a = in[0], &b = in[1];
  const int k = b.rank == 1 || layer.Int(0, 0) ? b.w : b.h;
  bool fits = a.w == k;
  if (a.rank >= 3 && b.rank >= 3) {
    fits = fits && (a.c == b.c || a.c == 1 || b.c == 1) && (a.d == b.d || a.d == 1 || b.d == 1);
  }
  MMDEPLOY_ENSURE(fits, Code::kFail, "inputs {} and {} do not fit", Name(a), Name(b));
  return {};
}

// Rows and columns of a matrix, transposed if asked for.
std::pair<int64_t, int64_t> Matrix(const BlobShape& x, bool transposed) {
  const int64_t rows = x.rank == 3 ? x.c : x.h;
  return transposed ? std::pair<int64_t, int64_t>(x.w, rows)
                    : std::pair<int64_t, int64_t>(rows, x.w);
}

Result<void> CheckGemmInputs(const ParamLayer& layer, Shapes in) {
  size_t next = 0;
  int64_t m = layer.Int(7, 0), n = layer.Int(8, 0), k_a = layer.Int(9, 0), k_b = k_a;
  if (!layer.Int(4, 0)) {
    MMDEPLOY_TRYV(ExpectRank(in[next], 1, 3));
    std::tie(m, k_a) = Matrix(in[next++], layer.Int(2, 0) != 0);
  }
  if (!layer.Int(5, 0)) {
    MMDEPLOY_TRYV(ExpectRank(in[next], 1, 3));
    std::tie(k_b, n) = Matrix(in[next++], layer.Int(3, 0) != 0);
  }
  MMDEPLOY_ENSURE(k_a == k_b, Code::kFail, "matrices of {} columns and {} rows do not fit", k_a,
                  k_b);
  if (next == in.size()) {
    const int64_t rows = layer.Int(7, 0);
    const int kind = layer.Int(6, 0) ? layer.Int(10, 0) : -1;
    MMDEPLOY_ENSURE((kind != 1 && kind != 2 && kind != 3) || rows == m, Code::kFail,
                    "constantC is for {} rows, found {}", rows, m);
    return {};
  }
  const BlobShape& c = in[next];
  const bool fits = (c.w == n || c.w == m || c.w == 1) && (c.h == 1 || c.h == m);
  MMDEPLOY_ENSURE(fits && c.rank <= 2, Code::kFail, "input C {} does not fit {}x{}", Name(c), m, n);
  return {};
}

Result<void> CheckRecurrentInput(const ParamLayer& layer, Shapes in) {
  MMDEPLOY_TRYV(ExpectRank(in[0], 2, 2));
  const int gates = layer.type == "LSTM" ? 4 : layer.type == "GRU" ? 3 : 1;
  const int64_t directions = layer.Int(2, 0) == 2 ? 2 : 1;
  const int outputs = layer.Int(0, 1);
  const int hidden = layer.type == "LSTM" ? layer.Int(3, outputs) : outputs;
  MMDEPLOY_TRYV(
      ExpectSize(in[0], in[0].w, layer.Int(1, 0) / (directions * gates * hidden), "columns"));
  for (size_t i = 1; i < in.size(); ++i) {
    const int width = i == 2 ? hidden : outputs;
    MMDEPLOY_ENSURE(in[i].count() == directions * width, Code::kFail,
                    "initial state {} does not fit {} x {}", Name(in[i]), directions, width);
  }
  return {};
}

Result<void> CheckAttentionInput(const ParamLayer& layer, Shapes in) {
  const int64_t embed = layer.Int(0, 1);
  const int mask = layer.Int(5, 0);
  const Shapes qkv = in.subspan(0, in.size() - static_cast<size_t>(mask));
  const std::array<int64_t, 3> columns = {layer.Int(2, 0) / embed,
                                          layer.Int(3, static_cast<int>(embed)),
                                          layer.Int(4, static_cast<int>(embed))};
  for (size_t i = 0; i < 3; ++i) {
    // One input is query, key and value; two are query, and key and value.
    const BlobShape& x = qkv[std::min(i, qkv.size() - 1)];
    MMDEPLOY_TRYV(ExpectRank(x, 2, 2));
    MMDEPLOY_TRYV(ExpectSize(x, x.w, columns[i], "columns"));
  }
  const BlobShape &key = qkv[std::min<size_t>(1, qkv.size() - 1)], &value = qkv[qkv.size() - 1];
  MMDEPLOY_ENSURE(key.h == value.h, Code::kFail, "key {} and value {} have different lengths",
                  Name(key), Name(value));
  if (!mask) return {};
  const BlobShape& m = in[in.size() - 1];
  const bool fits =
      m.w == key.h && m.h == qkv[0].h && (m.rank == 2 || (m.rank == 3 && m.c == layer.Int(1, 1)));
  MMDEPLOY_ENSURE(fits, Code::kFail, "mask {} does not fit {} x {}", Name(m), qkv[0].h, key.h);
  return {};
}

Result<void> CheckSdpaInputs(const ParamLayer& layer, Shapes in) {
  const int masks = layer.Int(5, 0);
  MMDEPLOY_ENSURE(in.size() == 3 + static_cast<size_t>(masks), Code::kFail,
                  "{} inputs with attn_mask={}", in.size(), masks);
  for (size_t i = 0; i < 3; ++i) MMDEPLOY_TRYV(ExpectRank(in[i], 3, 3));
  const BlobShape &q = in[0], &k = in[1], &v = in[2];
  MMDEPLOY_ENSURE(q.w == k.w && k.h == v.h && k.c == v.c && q.c % k.c == 0, Code::kFail,
                  "query {}, key {} and value {} do not fit", Name(q), Name(k), Name(v));
  if (!masks) return {};
  const BlobShape& m = in[3];
  MMDEPLOY_ENSURE(m.w == k.h && m.h == q.h && (m.rank == 2 || (m.rank == 3 && m.c == q.c)),
                  Code::kFail, "mask {} does not fit {} x {}", Name(m), q.h, k.h);
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

// What is left between them along an axis, as ncnn counts.
Result<void> CheckRange(const BlobShape& shape, int axis, int start, int end) {
  constexpr int kWhole = -233;
  const int extent = shape.dims()[static_cast<size_t>(ResolveAxis(shape, axis))];
  const int first = start == kWhole ? 0 : start >= 0 ? start : extent + start;
  const int last = end == kWhole ? extent : std::min(extent, end > 0 ? end : extent + end);
  MMDEPLOY_ENSURE(first >= 0 && first < last, Code::kFail,
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
  MMDEPLOY_TRYV(ExpectRank(in[0], 1, 3));
  const double h = layer.Int(3, 0) ? layer.Int(3, 0) : in[0].h * layer.Number(1, 1);
  const double w = layer.Int(4, 0) ? layer.Int(4, 0) : in[0].w * layer.Number(2, 1);
  const bool fits = in.size() > 1 || (h >= 1 && w >= 1 && h <= kMaxExtent && w <= kMaxExtent);
  MMDEPLOY_ENSURE(fits, Code::kFail, "input {} would become {} x {}: empty, or too large",
                  Name(in[0]), h, w);
  return {};
}

Result<void> CheckDivides(const BlobShape& shape, int64_t extent, int64_t divisor) {
  MMDEPLOY_ENSURE(extent % divisor == 0, Code::kFail, "{} does not divide {} of input {}", divisor,
                  extent, Name(shape));
  return {};
}

Result<void> CheckShuffleInput(const ParamLayer& layer, Shapes in) {
  const BlobShape& x = in[0];
  MMDEPLOY_TRYV(ExpectRank(x, 3, 3));
  const int64_t factor = layer.Int(0, 1);
  if (layer.type == "ShuffleChannel") return CheckDivides(x, x.c, factor);
  if (layer.type == "PixelShuffle") return CheckDivides(x, x.c, factor * factor);
  MMDEPLOY_TRYV(CheckDivides(x, x.w, factor));
  return CheckDivides(x, x.h, factor);
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

Result<void> CheckDetectionInputs(const ParamLayer& layer, Shapes in) {
  const int64_t priors = in[2].w / 4;
  const bool variances = in[2].h >= 2;
  const bool fits = in[2].w % 4 == 0 && in[0].count() == priors * 4 &&
                    in[1].count() == priors * layer.Int(0, 1) &&
                    (variances || layer.params.count(5) > 0 || in[2].h == 1) && in.size() == 3;
  MMDEPLOY_ENSURE(fits, Code::kFail, "locations {}, scores {} and priors {} do not fit {} classes",
                  Name(in[0]), Name(in[1]), Name(in[2]), layer.Int(0, 1));
  return {};
}

Result<void> CheckYoloInputs(const ParamLayer& layer, Shapes in) {
  for (const auto& x : in) {
    MMDEPLOY_TRYV(ExpectRank(x, 3, 3));
    MMDEPLOY_TRYV(
        ExpectSize(x, x.c, int64_t{layer.Int(1, 3)} * (5 + layer.Int(0, 20)), "channels"));
  }
  return {};
}

Result<void> CheckRoiInputs(const ParamLayer& layer, Shapes in) {
  MMDEPLOY_TRYV(ExpectRank(in[0], 3, 3));
  MMDEPLOY_ENSURE(in[1].count() >= 4, Code::kFail, "regions {} have less than 4 numbers",
                  Name(in[1]));
  if (layer.type != "PSROIPooling") return {};
  return ExpectSize(in[0], in[0].c, int64_t{layer.Int(0, 7)} * layer.Int(1, 7) * layer.Int(3, 0),
                    "channels");
}

Result<void> CheckGridInputs(const ParamLayer& layer, Shapes in) {
  MMDEPLOY_TRYV(ExpectRank(in[0], 3, 4));
  MMDEPLOY_TRYV(ExpectRank(in[1], in[0].rank, in[0].rank));
  const int64_t coordinates = layer.Int(3, 0) ? in[1].c : in[1].w;
  return ExpectSize(in[1], coordinates, in[0].rank - 1, "coordinates");
}

Result<void> CheckCopyInputs(const ParamLayer& layer, Shapes in) {
  MMDEPLOY_ENSURE(layer.Array(9).empty() && in[0].rank == in[1].rank, Code::kNotSupported,
                  "starts, or inputs of different ranks");
  const bool fits = layer.Int(0, 0) + in[1].w <= in[0].w && layer.Int(1, 0) + in[1].h <= in[0].h &&
                    layer.Int(13, 0) + in[1].d <= in[0].d && layer.Int(2, 0) + in[1].c <= in[0].c;
  MMDEPLOY_ENSURE(fits, Code::kFail, "input {} does not lie within {}", Name(in[1]), Name(in[0]));
  return {};
}

Result<void> CheckAxisInput(const ParamLayer& layer, Shapes in) {
  MMDEPLOY_TRYV(ExpectAxis(in[0], layer.Int(0, 0)));
  if (layer.type != "GLU") return {};
  return CheckDivides(in[0], in[0].dims()[size_t(ResolveAxis(in[0], layer.Int(0, 0)))], 2);
}

Result<void> CheckReductionInput(const ParamLayer& layer, Shapes in) {
  return ExpectAxes(in[0], layer.Array(3));
}

Result<void> CheckFlipInput(const ParamLayer& layer, Shapes in) {
  return ExpectAxes(in[0], layer.Array(0));
}

Result<void> CheckArgMaxInput(const ParamLayer& layer, Shapes in) {
  MMDEPLOY_ENSURE(layer.Int(1, 1) <= in[0].count(), Code::kFail, "topk {} of {} elements",
                  layer.Int(1, 1), in[0].count());
  return {};
}

Result<void> CheckUnfoldInput(const ParamLayer& layer, Shapes in) {
  MMDEPLOY_TRYV(ExpectRank(in[0], 3, 3));
  constexpr std::array<int, 2> kBefore = {4, 14}, kAfter = {15, 16};
  double count = in[0].c;
  for (int axis = 0; axis < 2; ++axis) {
    const auto i = static_cast<size_t>(axis);
    const int kernel = WindowParam(layer, 1, axis, 0);
    const int before = layer.Int(kBefore[i], layer.Int(4, 0));
    const int after = layer.Int(kAfter[i], before);
    MMDEPLOY_ENSURE(kernel > 0 && before >= 0 && after >= 0, Code::kFail,
                    "kernel {}, padding {} and {}; allowed: 1 and more, 0 and more", kernel, before,
                    after);
    const int64_t window = int64_t{WindowParam(layer, 2, axis, 1)} * (kernel - 1) + 1;
    MMDEPLOY_TRYV(CheckWindow(in[0], axis, window, before + after));
    count *= double{kernel} * (Extent(in[0], axis) + before + after);
  }
  MMDEPLOY_ENSURE(count <= 1 << 28, Code::kFail, "input {} would have up to {} elements",
                  Name(in[0]), count);
  return {};
}

struct CheckOfType {
  const char* type;
  InputsCheck check;
};

constexpr CheckOfType kChecks[] = {
    {"Pooling", CheckPoolingInput},
    {"Pooling1D", CheckPoolingInput},
    {"Pooling3D", CheckPoolingInput},
    {"InnerProduct", CheckInnerProductInput},
    {"BatchNorm", CheckNormInput},
    {"Bias", CheckNormInput},
    {"Scale", CheckNormInput},
    {"PReLU", CheckNormInput},
    {"InstanceNorm", CheckNormInput},
    {"GroupNorm", CheckNormInput},
    {"LayerNorm", CheckNormInput},
    {"RMSNorm", CheckNormInput},
    {"Normalize", CheckNormInput},
    {"BinaryOp", CheckBinaryInputs},
    {"Eltwise", CheckEqualInputs},
    {"Concat", CheckConcatInputs},
    {"Slice", CheckSliceInput},
    {"Reshape", CheckReshapeInput},
    {"Unfold", CheckUnfoldInput},
    {"MatMul", CheckMatMulInputs},
    {"Gemm", CheckGemmInputs},
    {"RNN", CheckRecurrentInput},
    {"GRU", CheckRecurrentInput},
    {"LSTM", CheckRecurrentInput},
    {"MultiHeadAttention", CheckAttentionInput},
    {"SDPA", CheckSdpaInputs},
    {"Padding", CheckPaddingInput},
    {"Crop", CheckCropInput},
    {"Interp", CheckInterpInput},
    {"ShuffleChannel", CheckShuffleInput},
    {"PixelShuffle", CheckShuffleInput},
    {"Reorg", CheckShuffleInput},
    {"Tile", CheckTileInput},
    {"DetectionOutput", CheckDetectionInputs},
    {"Yolov3DetectionOutput", CheckYoloInputs},
    {"ROIAlign", CheckRoiInputs},
    {"ROIPooling", CheckRoiInputs},
    {"PSROIPooling", CheckRoiInputs},
    {"GridSample", CheckGridInputs},
    {"CopyTo", CheckCopyInputs},
    {"Softmax", CheckAxisInput},
    {"GLU", CheckAxisInput},
    {"CumulativeSum", CheckAxisInput},
    {"Reduction", CheckReductionInput},
    {"Flip", CheckFlipInput},
    {"ArgMax", CheckArgMaxInput},
};

}  // namespace

InputsCheck FindInputsCheck(const std::string& type) {
  if (StartsWith(type, "Convolution") || StartsWith(type, "Deconvolution")) {
    return CheckConvolutionInput;
  }
  for (const auto& entry : kChecks) {
    if (type == entry.type) return entry.check;
  }
  return nullptr;
}

}  // namespace mmdeploy::ncnn
