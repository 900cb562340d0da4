#include <algorithm>
#include <limits>

#include "mmdeploy/backend/ncnn/convert/batch/tracker.h"
#include "mmdeploy/backend/ncnn/convert/layout.h"
#include "mmdeploy/graph/custom_op.h"
#include "mmdeploy/graph/infer/sym_int.h"

// What operators do with the axis along which images lie.

namespace mmdeploy::ncnn_convert {

using graph::Dim;
using graph::Dims;
using graph::Node;
using graph::SymInt;
using graph::Value;

namespace {

int RankOf(const Value* value) {
  return value && value->type.dims ? static_cast<int>(value->type.dims->size()) : 0;
}

Result<void> Mixes(const Node& node, int axis) {
  return MakeError(Code::kNotSupported, "it works along axis {} of '{}', that of the images", axis,
                   node.input(0)->name());
}

Result<int> AxisOf(const Node& node, std::string_view attribute, int otherwise) {
  MMDEPLOY_TRY(const int64_t axis, PositiveAxis(*node.input(0), node.Int(attribute, otherwise)));
  return static_cast<int>(axis);
}

// What is the same for all images must not have rows for each of them.
Result<void> CheckBroadcast(const Value& value, int from_right) {
  const int axis = RankOf(&value) - from_right;
  if (axis < 0) return {};
  MMDEPLOY_ENSURE((*value.type.dims)[axis] == Dim(1), Code::kNotSupported,
                  "'{}' is {}, whose axis {} is that of the images", value.name(), Name(value.type),
                  axis);
  return {};
}

// Aligned at the last axis, `skipped` axes of which are looked at otherwise (matrices).
Result<int> AlignImages(const Node& node, const Tracker& tracker, size_t inputs) {
  int from_right = 0;
  for (size_t i = 0; i < inputs; ++i) {
    const int axis = node.input(i) ? tracker.Axis(node, i) : -1;
    if (axis < 0) continue;
    const int distance = RankOf(node.input(i)) - axis;
    MMDEPLOY_ENSURE(from_right == 0 || from_right == distance, Code::kNotSupported,
                    "it combines each image with all others");
    from_right = distance;
  }
  for (size_t i = 0; i < inputs; ++i) {
    if (!node.input(i) || tracker.Axis(node, i) >= 0) continue;
    MMDEPLOY_TRYV(CheckBroadcast(*node.input(i), from_right));
  }
  return from_right;
}

Result<void> Elementwise(const Node& node, Tracker* tracker) {
  MMDEPLOY_TRY(const int from_right, AlignImages(node, *tracker, node.num_inputs()));
  return tracker->Set(node, RankOf(node.output()) - from_right);
}

// Images come first; weights and the like are the same for all.
Result<void> PerImage(const Node& node, Tracker* tracker) {
  for (size_t i = 0; i < node.num_inputs(); ++i) {
    const int axis = tracker->Axis(node, i);
    MMDEPLOY_ENSURE(axis <= 0 && (axis == 0 || i > 0), Code::kNotSupported,
                    "the images of '{}' are not along axis 0", node.input(i)->name());
    MMDEPLOY_ENSURE(axis < 0 || i == 0 || node.op() == "GridSample", Code::kNotSupported,
                    "'{}' is another one for each image", node.input(i)->name());
  }
  return tracker->Set(node, 0);
}

Result<void> AlongAxis(const Node& node, Tracker* tracker, int axis) {
  const int images = tracker->Axis(node, 0);
  if (axis == images) return Mixes(node, axis);
  for (size_t i = 0; i < node.num_outputs(); ++i) {
    MMDEPLOY_TRYV(tracker->Set(node, images, i));
  }
  return {};
}

Result<void> Softmax(const Node& node, Tracker* tracker) {
  const bool old = node.graph()->model()->opset() < 13;
  MMDEPLOY_TRY(const int axis, AxisOf(node, "axis", old ? 1 : -1));
  // All axes from this one on.
  if (old && tracker->Axis(node, 0) >= axis) return Mixes(node, tracker->Axis(node, 0));
  return AlongAxis(node, tracker, axis);
}

Result<void> ByAxis(const Node& node, Tracker* tracker) {
  const bool last = node.op() == "TopK" || node.op() == "LpNormalization";
  MMDEPLOY_TRY(const int axis, AxisOf(node, "axis", last ? -1 : 0));
  return AlongAxis(node, tracker, axis);
}

Result<void> CumSum(const Node& node, Tracker* tracker) {
  const auto axis = graph::ConstantInts(node.input(1));
  MMDEPLOY_ENSURE(axis && axis->size() == 1, Code::kNotSupported, "its axis is not constant");
  MMDEPLOY_TRY(const int64_t positive, PositiveAxis(*node.input(0), axis->front()));
  return AlongAxis(node, tracker, static_cast<int>(positive));
}

// From an axis on to the last.
Result<void> FromAxis(const Node& node, Tracker* tracker) {
  int first = 0;
  if (node.Is("LayerNormalization") || node.Get<int64_t>("axis")) {
    MMDEPLOY_TRY(first, AxisOf(node, "axis", -1));
  } else {
    first = RankOf(node.input(0)) - std::max(1, RankOf(node.input(1)));
  }
  if (tracker->Axis(node, 0) >= first) return Mixes(node, tracker->Axis(node, 0));
  for (size_t i = 1; i < node.num_inputs(); ++i) {
    MMDEPLOY_ENSURE(tracker->Axis(node, i) < 0, Code::kNotSupported,
                    "'{}' is another one for each image", node.input(i)->name());
  }
  return tracker->Set(node, tracker->Axis(node, 0));
}

// Where an axis is when these are gone.
int Without(int axis, const std::vector<int64_t>& gone) {
  return axis - static_cast<int>(std::count_if(gone.begin(), gone.end(),
                                               [&](int64_t other) { return other < axis; }));
}

Result<void> Remove(const Node& node, Tracker* tracker, std::vector<int64_t> axes, bool keep) {
  const int images = tracker->Axis(node, 0);
  for (int64_t& axis : axes) {
    MMDEPLOY_TRY(axis, PositiveAxis(*node.input(0), axis));
    if (axis == images) return Mixes(node, images);
  }
  return tracker->Set(node, keep ? images : Without(images, axes));
}

Result<void> Reduce(const Node& node, Tracker* tracker) {
  if (node.op() == "ArgMax" || node.op() == "ArgMin") {
    return Remove(node, tracker, {node.Int("axis", 0)}, node.Int("keepdims", 1) != 0);
  }
  MMDEPLOY_TRY(auto axes, IntsOf(node, "axes", 1));
  if ((!axes || axes->empty()) && node.Int("noop_with_empty_axes", 0) != 0) {
    return tracker->Set(node, tracker->Axis(node, 0));
  }
  if (!axes || axes->empty()) return Mixes(node, tracker->Axis(node, 0));
  return Remove(node, tracker, *axes, node.Int("keepdims", 1) != 0);
}

Result<void> Squeeze(const Node& node, Tracker* tracker) {
  MMDEPLOY_TRY(const auto axes, IntsOf(node, "axes", 1));
  MMDEPLOY_ENSURE(axes, Code::kNotSupported, "it drops the images when there is one; give axes");
  return Remove(node, tracker, *axes, false);
}

Result<void> Unsqueeze(const Node& node, Tracker* tracker) {
  MMDEPLOY_TRY(auto axes, IntsOf(node, "axes", 1));
  MMDEPLOY_ENSURE(axes, Code::kNotSupported, "it has no axes");
  const auto rank = static_cast<int64_t>(RankOf(node.input(0)) + axes->size());
  for (int64_t& axis : *axes) axis = axis < 0 ? axis + rank : axis;
  std::sort(axes->begin(), axes->end());
  int images = tracker->Axis(node, 0);
  for (int64_t axis : *axes) images += axis <= images ? 1 : 0;
  return tracker->Set(node, images);
}

Result<void> Transpose(const Node& node, Tracker* tracker) {
  std::vector<int64_t> perm = node.Ints("perm");
  const int rank = RankOf(node.input(0));
  for (int i = rank - 1; perm.empty() || i >= 0; --i) {
    if (static_cast<int>(perm.size()) == rank) break;
    perm.push_back(i);
  }
  const auto found = std::find(perm.begin(), perm.end(), tracker->Axis(node, 0));
  return tracker->Set(node, static_cast<int>(found - perm.begin()));
}

Result<void> Concat(const Node& node, Tracker* tracker) {
  MMDEPLOY_TRY(const int axis, AxisOf(node, "axis", 1));
  int images = -1;
  for (size_t i = 0; i < node.num_inputs(); ++i) images = std::max(images, tracker->Axis(node, i));
  if (axis == images) return Mixes(node, axis);
  for (size_t i = 0; i < node.num_inputs(); ++i) {
    MMDEPLOY_ENSURE(tracker->Axis(node, i) == images, Code::kNotSupported,
                    "the images of '{}' are not along axis {}", node.input(i)->name(), images);
  }
  return tracker->Set(node, images);
}

// Whole axes stay whole.
Result<void> Slice(const Node& node, Tracker* tracker) {
  MMDEPLOY_ENSURE(tracker->Axis(node, 0) >= 0, Code::kNotSupported,
                  "where it begins depends on the image");
  const int images = tracker->Axis(node, 0);
  MMDEPLOY_TRY(const auto starts, IntsOf(node, "starts", 1));
  auto axes = graph::ConstantInts(node.input(3));
  if (!axes) axes = node.Ints("axes");
  if (starts && axes->empty()) {
    for (size_t i = 0; i < starts->size(); ++i) axes->push_back(static_cast<int64_t>(i));
  }
  const auto steps = graph::ConstantInts(node.input(4));
  const auto ends = node.input(2) ? graph::ConstantInts(node.input(2)) : node.Ints("ends");
  for (size_t i = 0; i < axes->size(); ++i) {
    MMDEPLOY_TRY(const int64_t axis, PositiveAxis(*node.input(0), (*axes)[i]));
    if (axis != images) continue;
    constexpr int64_t kEnd = std::numeric_limits<int32_t>::max();
    const bool whole = starts && i < starts->size() && (*starts)[i] == 0 && ends &&
                       i < ends->size() && (*ends)[i] >= kEnd &&
                       (!node.input(4) || (steps && i < steps->size() && (*steps)[i] == 1));
    if (!whole) return Mixes(node, images);
  }
  return tracker->Set(node, images);
}

Result<void> Gather(const Node& node, Tracker* tracker) {
  MMDEPLOY_TRY(const int axis, AxisOf(node, "axis", 0));
  const int images = tracker->Axis(node, 0);
  const int of_indices = tracker->Axis(node, 1);
  MMDEPLOY_ENSURE(images < 0 || of_indices < 0, Code::kNotSupported,
                  "each image would take from all images");
  if (images < 0) return tracker->Set(node, axis + of_indices);
  if (axis == images) return Mixes(node, axis);
  return tracker->Set(node, images < axis ? images : images - 1 + RankOf(node.input(1)));
}

Result<void> GatherElements(const Node& node, Tracker* tracker) {
  MMDEPLOY_TRY(const int axis, AxisOf(node, "axis", 0));
  MMDEPLOY_ENSURE(tracker->Axis(node, 0) == tracker->Axis(node, 1), Code::kNotSupported,
                  "each image would take from all images");
  return AlongAxis(node, tracker, axis);
}

Result<void> Flatten(const Node& node, Tracker* tracker) {
  MMDEPLOY_TRY(const int axis, AxisOf(node, "axis", 1));
  const int images = tracker->Axis(node, 0);
  MMDEPLOY_ENSURE(images == 0 && axis == 1, Code::kNotSupported,
                  "it joins the axis of the images with others");
  return tracker->Set(node, 0);
}

SymInt Product(const Dims& dims, size_t count) {
  SymInt product = 1;
  for (size_t i = 0; i < count; ++i) product = product * SymInt(dims[i]);
  return product;
}

// Elements keep their order: the images stay where as many elements come before them, by
// themselves, or in front of others that are joined to them.
Result<void> Reshape(const Node& node, Tracker* tracker) {
  const Value& x = *node.input(0);
  const Value& y = *node.output();
  const int images = tracker->Axis(node, 0);
  MMDEPLOY_ENSURE(x.type.dims && y.type.dims && images >= 0, Code::kNotSupported,
                  "how it changes '{}' is not known", x.name());
  const auto others = [&](const Dim& dim) {
    return ExactDiv(SymInt(dim), SymInt(tracker->batch())).is_known();
  };
  const SymInt before = Product(*x.type.dims, images);
  const Dim& size = (*x.type.dims)[images];
  const Dims& dims = *y.type.dims;
  for (size_t axis = 0; axis < dims.size(); ++axis) {
    if (dims[axis].is_known() || Product(dims, axis) != before) continue;
    if (dims[axis] != size && !(others(size) && others(dims[axis]))) continue;
    tracker->Put(&y, {static_cast<int>(axis), {}});
    return {};
  }
  return MakeError(Code::kNotSupported, "it turns '{}' from {} to {}, which joins images", x.name(),
                   Name(x.type), Name(y.type));
}

Result<void> MatMul(const Node& node, Tracker* tracker) {
  const int a = tracker->Axis(node, 0);
  const int b = tracker->Axis(node, 1);
  const int rank_a = RankOf(node.input(0));
  const int rank_b = RankOf(node.input(1));
  const int rank = RankOf(node.output());
  MMDEPLOY_ENSURE(rank_a >= 2 && rank_b >= 2, Code::kNotSupported,
                  "a product with a vector in which images may lie");
  if (a == rank_a - 1 || b == rank_b - 2) return Mixes(node, std::max(a, b));
  if (a == rank_a - 2 && b < 0) return tracker->Set(node, rank - 2);
  if (b == rank_b - 1 && a < 0) return tracker->Set(node, rank - 1);
  MMDEPLOY_ENSURE(a != rank_a - 2 && b != rank_b - 1, Code::kNotSupported,
                  "it combines each image with all others");
  MMDEPLOY_TRY(const int from_right, AlignImages(node, *tracker, 2));
  return tracker->Set(node, rank - from_right);
}

Result<void> Gemm(const Node& node, Tracker* tracker) {
  const int rows = node.Int("transA", 0) != 0 ? 1 : 0;
  MMDEPLOY_ENSURE(tracker->Axis(node, 0) == rows && tracker->Axis(node, 1) < 0, Code::kNotSupported,
                  "images are no rows of its first matrix");
  const Value* summand = node.input(2);
  if (summand && tracker->Axis(node, 2) < 0) {
    MMDEPLOY_TRYV(CheckBroadcast(*summand, 2));
  } else if (summand) {
    MMDEPLOY_ENSURE(tracker->Axis(node, 2) == RankOf(summand) - 2, Code::kNotSupported,
                    "images are no rows of '{}'", summand->name());
  }
  return tracker->Set(node, 0);
}

Result<void> Recurrent(const Node& node, Tracker* tracker) {
  MMDEPLOY_ENSURE(node.Int("layout", 0) == 0 && tracker->Axis(node, 0) == 1, Code::kNotSupported,
                  "axis {} of '{}', along which the images lie, is its time",
                  tracker->Axis(node, 0), node.input(0)->name());
  for (size_t i = 1; i < node.num_inputs(); ++i) {
    const bool state = i == 5 || i == 6;
    MMDEPLOY_ENSURE(tracker->Axis(node, i) < 0 || (state && tracker->Axis(node, i) == 1),
                    Code::kNotSupported, "'{}' is another one for each image",
                    node.input(i)->name());
  }
  MMDEPLOY_TRYV(tracker->Set(node, 2));
  for (size_t i = 1; i < node.num_outputs(); ++i) MMDEPLOY_TRYV(tracker->Set(node, 1, i));
  return {};
}

Result<void> Pad(const Node& node, Tracker* tracker) {
  const auto pads = node.input(1) ? graph::ConstantInts(node.input(1)) : node.Ints("pads");
  const int images = tracker->Axis(node, 0);
  auto axes = graph::ConstantInts(node.input(3));
  if (!axes) {
    axes.emplace();
    for (int i = 0; i < RankOf(node.input(0)); ++i) axes->push_back(i);
  }
  // Pads that are computed are refused by the converter.
  for (size_t i = 0; pads && i < axes->size() && 2 * axes->size() == pads->size(); ++i) {
    MMDEPLOY_TRY(const int64_t axis, PositiveAxis(*node.input(0), (*axes)[i]));
    if (axis == images && ((*pads)[i] != 0 || (*pads)[axes->size() + i] != 0)) {
      return Mixes(node, images);
    }
  }
  return tracker->Set(node, images);
}

Result<void> Expand(const Node& node, Tracker* tracker) {
  MMDEPLOY_ENSURE(tracker->Axis(node, 1) < 0, Code::kNotSupported, "its size depends on the image");
  return tracker->Set(node, RankOf(node.output()) - RankOf(node.input(0)) + tracker->Axis(node, 0));
}

// Labels of a term of "ij,jk->ik"; "..." and capitals are left to nobody.
Result<void> Einsum(const Node& node, Tracker* tracker) {
  std::string equation = node.String("equation", "");
  equation.erase(std::remove(equation.begin(), equation.end(), ' '), equation.end());
  const size_t arrow = equation.find("->");
  MMDEPLOY_ENSURE(arrow != equation.npos && equation.find('.') == equation.npos,
                  Code::kNotSupported, "what '{}' does with the images is not known", equation);
  char label = 0;
  size_t begin = 0;
  for (size_t i = 0; i < node.num_inputs(); ++i) {
    const size_t end = std::min(equation.find(',', begin), arrow);
    const std::string term = equation.substr(begin, end - begin);
    begin = end + 1;
    const int axis = tracker->Axis(node, i);
    const size_t found = label ? term.find(label) : term.npos;
    if (axis >= 0 && axis < static_cast<int>(term.size()) && !label) label = term[axis];
    const bool fits = axis < 0 ? found == term.npos : term[axis] == label;
    MMDEPLOY_ENSURE(fits, Code::kNotSupported, "'{}' combines each image with all others",
                    equation);
  }
  const size_t result = equation.find(label, arrow + 2);
  MMDEPLOY_ENSURE(result != equation.npos, Code::kNotSupported, "'{}' sums up all images",
                  equation);
  return tracker->Set(node, static_cast<int>(result - arrow - 2));
}

// mmdeploy's own: sequences of any order.
Result<void> SameAxis(const Node& node, Tracker* tracker) {
  const int images = tracker->Axis(node, 0);
  for (size_t i = 0; i < node.num_inputs() && i < 3; ++i) {
    MMDEPLOY_ENSURE(tracker->Axis(node, i) == images, Code::kNotSupported,
                    "the images of '{}' are not along axis {}", node.input(i)->name(), images);
  }
  return tracker->Set(node, images);
}

// What ncnn's detectors end in, and custom operators: images come first, where there are some.
Result<void> ImagesFirst(const Node& node, Tracker* tracker) {
  for (size_t i = 0; i < node.num_inputs(); ++i) {
    MMDEPLOY_ENSURE(tracker->Axis(node, i) <= 0, Code::kNotSupported,
                    "the images of '{}' are not along axis 0", node.input(i)->name());
  }
  for (size_t i = 0; i < node.num_outputs(); ++i) tracker->Put(node.output(i), {0, {}});
  return {};
}

// The size of a feature map, not what is in it.
Result<void> SizeOnly(const Node&, Tracker*) { return {}; }

struct Entry {
  std::string_view op;
  BatchRule rule;
};

constexpr Entry kRules[] = {
    {"Abs", Elementwise},
    {"Acos", Elementwise},
    {"Acosh", Elementwise},
    {"Add", Elementwise},
    {"And", Elementwise},
    {"Asin", Elementwise},
    {"Asinh", Elementwise},
    {"Atan", Elementwise},
    {"Atanh", Elementwise},
    {"BiasGelu", Elementwise},
    {"BitShift", Elementwise},
    {"Cast", Elementwise},
    {"CastLike", Elementwise},
    {"Ceil", Elementwise},
    {"Celu", Elementwise},
    {"Clip", Elementwise},
    {"Cos", Elementwise},
    {"Cosh", Elementwise},
    {"Div", Elementwise},
    {"Dropout", Elementwise},
    {"Elu", Elementwise},
    {"Equal", Elementwise},
    {"Erf", Elementwise},
    {"Exp", Elementwise},
    {"Floor", Elementwise},
    {"Gelu", Elementwise},
    {"Greater", Elementwise},
    {"GreaterOrEqual", Elementwise},
    {"HardSigmoid", Elementwise},
    {"HardSwish", Elementwise},
    {"Identity", Elementwise},
    {"IsInf", Elementwise},
    {"IsNaN", Elementwise},
    {"LeakyRelu", Elementwise},
    {"Less", Elementwise},
    {"LessOrEqual", Elementwise},
    {"Log", Elementwise},
    {"Max", Elementwise},
    {"Mean", Elementwise},
    {"Min", Elementwise},
    {"Mish", Elementwise},
    {"Mod", Elementwise},
    {"Mul", Elementwise},
    {"Neg", Elementwise},
    {"Not", Elementwise},
    {"Or", Elementwise},
    {"PRelu", Elementwise},
    {"Pow", Elementwise},
    {"RDiv", Elementwise},
    {"RSub", Elementwise},
    {"Reciprocal", Elementwise},
    {"Relu", Elementwise},
    {"Round", Elementwise},
    {"Selu", Elementwise},
    {"Shrink", Elementwise},
    {"Sigmoid", Elementwise},
    {"Sign", Elementwise},
    {"Sin", Elementwise},
    {"Sinh", Elementwise},
    {"Softplus", Elementwise},
    {"Softsign", Elementwise},
    {"Sqrt", Elementwise},
    {"Sub", Elementwise},
    {"Sum", Elementwise},
    {"Swish", Elementwise},
    {"Tan", Elementwise},
    {"Tanh", Elementwise},
    {"Threshold", Elementwise},
    {"ThresholdedRelu", Elementwise},
    {"Where", Elementwise},
    {"Xor", Elementwise},
    {"AdaptiveAvgPool2d", PerImage},
    {"AveragePool", PerImage},
    {"BatchNormalization", PerImage},
    {"Conv", PerImage},
    {"ConvTranspose", PerImage},
    {"DepthToSpace", PerImage},
    {"GlobalAveragePool", PerImage},
    {"GlobalLpPool", PerImage},
    {"GlobalMaxPool", PerImage},
    {"GridSample", PerImage},
    {"GroupNormalization", PerImage},
    {"ImageScaler", PerImage},
    {"InstanceNormalization", PerImage},
    {"LRN", PerImage},
    {"LpPool", PerImage},
    {"MaxPool", PerImage},
    {"PixelShuffle", PerImage},
    {"Reorg", PerImage},
    {"Resize", PerImage},
    {"ShuffleChannel", PerImage},
    {"SpaceToDepth", PerImage},
    {"Upsample", PerImage},
    {"adaptive_avg_pool2d", PerImage},
    {"adaptive_max_pool2d", PerImage},
    {"ArgMax", Reduce},
    {"ArgMin", Reduce},
    {"ReduceL1", Reduce},
    {"ReduceL2", Reduce},
    {"ReduceLogSum", Reduce},
    {"ReduceLogSumExp", Reduce},
    {"ReduceMax", Reduce},
    {"ReduceMean", Reduce},
    {"ReduceMin", Reduce},
    {"ReduceProd", Reduce},
    {"ReduceSum", Reduce},
    {"ReduceSumSquare", Reduce},
    {"LpNormalization", ByAxis},
    {"Split", ByAxis},
    {"TopK", ByAxis},
    {"LayerNorm", FromAxis},
    {"LayerNormalization", FromAxis},
    {"GRU", Recurrent},
    {"LSTM", Recurrent},
    {"RNN", Recurrent},
    {"Hardmax", Softmax},
    {"LogSoftmax", Softmax},
    {"Softmax", Softmax},
    {"Expand", Expand},
    {"Tile", Expand},
    {"DetectionOutput", ImagesFirst},
    {"Yolov3DetectionOutput", ImagesFirst},
    {"Concat", Concat},
    {"CumSum", CumSum},
    {"Einsum", Einsum},
    {"Flatten", Flatten},
    {"Gather", Gather},
    {"GatherElements", GatherElements},
    {"Gemm", Gemm},
    {"MatMul", MatMul},
    {"MultiHeadAttention", SameAxis},
    {"Pad", Pad},
    {"PriorBox", SizeOnly},
    {"Reshape", Reshape},
    {"Slice", Slice},
    {"Squeeze", Squeeze},
    {"Transpose", Transpose},
    {"Unsqueeze", Unsqueeze},
};

}  // namespace

BatchRule FindBatchRule(const Node& node) {
  for (const Entry& entry : kRules) {
    if (entry.op == node.op()) return entry.rule;
  }
  return graph::FindCustomOp(node) ? ImagesFirst : nullptr;
}

}  // namespace mmdeploy::ncnn_convert
