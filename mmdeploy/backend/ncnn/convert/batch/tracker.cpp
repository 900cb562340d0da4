#include "mmdeploy/backend/ncnn/convert/batch/tracker.h"

#include <algorithm>
#include <set>

namespace mmdeploy::ncnn_convert {

using graph::Dim;
using graph::Node;
using graph::Value;

const Images& Tracker::Of(const Value* value) const {
  static const auto* none = new Images;
  const auto found = images_.find(value);
  return found == images_.end() ? *none : found->second;
}

bool Tracker::HasImages(const Node& node) const {
  for (size_t i = 0; i < node.num_inputs(); ++i) {
    if (Of(node.input(i)).has_images()) return true;
  }
  return false;
}

Result<void> Tracker::Set(const Node& node, int axis, size_t output) {
  if (output >= node.num_outputs()) return {};
  const Value* value = node.output(output);
  const auto& dims = value->type.dims;
  // Operators of other domains may have no types.
  const bool fits = !dims || (axis >= 0 && axis < static_cast<int>(dims->size()) &&
                              (*dims)[axis] == SizeOf(node));
  MMDEPLOY_ENSURE(fits, Code::kNotSupported,
                  "'{}' is {}, in which the images are not along axis {}", value->name(),
                  Name(value->type), axis);
  images_[value] = {axis, {}};
  return {};
}

Dim Tracker::SizeOf(const Node& node) const {
  for (size_t i = 0; i < node.num_inputs(); ++i) {
    const Images& images = Of(node.input(i));
    if (images.has_images() && node.input(i)->type.dims)
      return (*node.input(i)->type.dims)[images.axis];
  }
  return batch_;
}

void Tracker::SetCounts(const Node& node, std::vector<bool> counts) {
  images_[node.output()] = {-1, std::move(counts)};
}

namespace {

const std::set<std::string_view>& ShapeArithmetic() {
  static const auto* ops = new std::set<std::string_view>{"Abs",        "Add",
                                                          "And",        "Cast",
                                                          "Ceil",       "Div",
                                                          "Equal",      "Floor",
                                                          "Greater",    "Less",
                                                          "Max",        "Min",
                                                          "Mod",        "Mul",
                                                          "Neg",        "Not",
                                                          "Or",         "Range",
                                                          "ReduceMax",  "ReduceMin",
                                                          "ReduceProd", "ReduceSum",
                                                          "Sqrt",       "Sub",
                                                          "Where",      "GreaterOrEqual",
                                                          "LessOrEqual"};
  return *ops;
}

// Elements of a one-dimensional value, or of a number.
using Counts = std::vector<bool>;

std::optional<Counts> ShapeCounts(const Node& node, const Tracker& tracker) {
  const auto& dims = node.input(0)->type.dims;
  if (!dims) return {};
  Counts counts;
  for (const Dim& dim : *dims) counts.push_back(dim == tracker.batch());
  const int axis = tracker.Axis(node, 0);
  if (axis >= 0) counts[axis] = true;
  const auto rank = static_cast<int64_t>(counts.size());
  const auto position = [&](int64_t at) {
    return std::clamp(at < 0 ? at + rank : at, int64_t{0}, rank);
  };
  const int64_t start = position(node.Int("start", 0));
  const int64_t end = std::max(start, position(node.Int("end", rank)));
  return Counts(counts.begin() + start, counts.begin() + end);
}

std::optional<Counts> GatherCounts(const Node& node, const Counts& of) {
  const auto indices = graph::ConstantInts(node.input(1));
  if (!indices) return {};
  Counts counts;
  for (int64_t index : *indices) {
    if (index < 0) index += static_cast<int64_t>(of.size());
    if (index < 0 || index >= static_cast<int64_t>(of.size())) return {};
    counts.push_back(of[index]);
  }
  return counts;
}

std::optional<Counts> SliceCounts(const Node& node, const Counts& of) {
  const auto starts = node.input(1) ? graph::ConstantInts(node.input(1)) : node.Ints("starts");
  const auto ends = node.input(2) ? graph::ConstantInts(node.input(2)) : node.Ints("ends");
  if (!starts || !ends || starts->size() != 1 || ends->size() != 1 || node.input(4)) return {};
  const auto size = static_cast<int64_t>(of.size());
  const auto position = [&](int64_t at) {
    return std::clamp(at < 0 ? at + size : at, int64_t{0}, size);
  };
  const int64_t start = position((*starts)[0]);
  const int64_t end = std::max(start, position((*ends)[0]));
  return Counts(of.begin() + start, of.begin() + end);
}

// The elements that an input adds to a Concat.
Counts Elements(const Value& value, const Counts& counts) {
  if (!counts.empty()) return counts;
  const auto size = value.type.dims ? graph::NumElements(*value.type.dims) : std::nullopt;
  constexpr int64_t kMost = 64;
  return Counts(std::clamp<int64_t>(size.value_or(1), 0, kMost), false);
}

Counts ConcatCounts(const Node& node, const Tracker& tracker) {
  Counts counts;
  for (size_t i = 0; i < node.num_inputs(); ++i) {
    const Counts part = Elements(*node.input(i), tracker.Of(node.input(i)).counts);
    counts.insert(counts.end(), part.begin(), part.end());
  }
  return counts;
}

bool KeepsElements(const Node& node) {
  return node.op() == "Cast" || node.op() == "Identity" || node.op() == "Squeeze" ||
         node.op() == "Unsqueeze" || node.op() == "Reshape";
}

}  // namespace

bool FollowCounts(const Node& node, Tracker* tracker) {
  if (!node.domain().empty() || node.num_inputs() == 0 || !node.input(0)) return false;
  if (node.op() == "Shape") {
    if (auto counts = ShapeCounts(node, *tracker)) tracker->SetCounts(node, std::move(*counts));
    return true;
  }
  if (node.op() == "Size") {
    tracker->SetCounts(node, {tracker->Axis(node, 0) >= 0});
    return true;
  }
  bool any = false;
  for (size_t i = 0; i < node.num_inputs(); ++i) {
    const Images& images = tracker->Of(node.input(i));
    if (images.has_images()) return false;
    any |= images.has_count();
  }
  if (!any) return false;
  const Counts& first = tracker->Of(node.input(0)).counts;
  std::optional<Counts> counts;
  if (KeepsElements(node) && !first.empty()) counts = first;
  if (node.op() == "Concat") counts = ConcatCounts(node, *tracker);
  if (node.op() == "Gather" && !IsSize(node, 0)) counts = GatherCounts(node, first);
  if (node.op() == "Slice" && !first.empty()) counts = SliceCounts(node, first);
  if (ShapeArithmetic().count(node.op()) > 0) counts = Counts{true};
  if (!counts) return false;
  tracker->SetCounts(node, std::move(*counts));
  return true;
}

bool IsSize(const Node& node, size_t input) {
  if (!node.domain().empty()) return false;
  const std::string& op = node.op();
  if (op == "ConstantOfShape") return true;
  return input > 0 &&
         (op == "Reshape" || op == "Expand" || op == "Tile" || op == "Resize" || op == "Upsample");
}

}  // namespace mmdeploy::ncnn_convert
