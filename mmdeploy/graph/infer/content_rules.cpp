// How the elements of small integer tensors pass through operators when some of them are symbols.
// (Where all are numbers, the node is evaluated.)

#include <functional>
#include <numeric>
#include <unordered_map>

#include "mmdeploy/graph/fold/evaluate.h"
#include "mmdeploy/graph/infer/rules.h"

namespace mmdeploy::graph {

namespace {

using Elements = std::vector<SymInt>;
using Binary = SymInt (*)(const SymInt&, const SymInt&);

bool IsFloat(ElementType type) {
  const auto bit = static_cast<uint32_t>(type);
  return bit < 32 && (kFloats & (1u << bit));
}

SymInt FromBool(std::optional<bool> value) { return value ? SymInt(*value ? 1 : 0) : SymInt(); }

std::optional<bool> ToBool(const SymInt& value) { return Equal(value, 0); }

// The numbers, if all are known and the tensor is small.
std::optional<std::vector<int64_t>> SmallDims(const OptionalDims& dims) {
  if (!dims) return std::nullopt;
  std::optional<std::vector<int64_t>> known = KnownDims(*dims);
  if (!known) return std::nullopt;
  std::optional<int64_t> count = NumElements(*known);
  if (!count || *count > Content::kMaxElements) return std::nullopt;
  return known;
}

// The elements of an input, unknown ones if only its size is known.
std::optional<Elements> Read(const InferContext& c, size_t i) {
  if (const Content* content = c.content(i)) return content->elements;
  std::optional<std::vector<int64_t>> dims = SmallDims(c.dims(i));
  if (!dims) return std::nullopt;
  return Elements(static_cast<size_t>(*NumElements(*dims)));
}

void Write(InferContext& c, size_t i, ElementType element, const OptionalDims& dims,
           Elements elements) {
  std::optional<std::vector<int64_t>> known = SmallDims(dims);
  if (!known || *NumElements(*known) != static_cast<int64_t>(elements.size())) return;
  c.SetContent(i, Content::Of(element, std::move(*known), std::move(elements)));
}

// Element by element, for inputs of equal sizes or with one element.
void Zip(InferContext& c, const std::function<SymInt(const Elements&)>& f) {
  std::vector<Elements> inputs;
  size_t count = 1;
  bool any = false;
  for (size_t i = 0; i < c.num_inputs(); ++i) {
    std::optional<Elements> elements = Read(c, i);
    if (!elements) return;
    any = any || c.content(i);
    if (elements->size() != 1) {
      if (count != 1 && elements->size() != count) return;
      count = elements->size();
    }
    inputs.push_back(std::move(*elements));
  }
  if (!any) return;
  Elements result;
  Elements row(inputs.size());
  for (size_t k = 0; k < count; ++k) {
    for (size_t i = 0; i < inputs.size(); ++i) row[i] = inputs[i][inputs[i].size() == 1 ? 0 : k];
    result.push_back(f(row));
  }
  Write(c, 0, c.output(0).element, c.output(0).dims, std::move(result));
}

template <Binary kOperation>
void Fold(InferContext& c) {
  Zip(c, [](const Elements& row) {
    SymInt result = row[0];
    for (size_t i = 1; i < row.size(); ++i) result = kOperation(result, row[i]);
    return result;
  });
}

SymInt Add(const SymInt& a, const SymInt& b) { return a + b; }
SymInt Subtract(const SymInt& a, const SymInt& b) { return a - b; }
SymInt Multiply(const SymInt& a, const SymInt& b) { return a * b; }
SymInt IsEqual(const SymInt& a, const SymInt& b) { return FromBool(Equal(a, b)); }
SymInt IsLess(const SymInt& a, const SymInt& b) { return FromBool(Less(a, b)); }
SymInt IsGreater(const SymInt& a, const SymInt& b) { return FromBool(Less(b, a)); }
SymInt Negate(const SymInt& a) {
  std::optional<bool> zero = ToBool(a);
  return zero ? FromBool(*zero) : SymInt();
}
SymInt IsAtLeast(const SymInt& a, const SymInt& b) { return Negate(IsLess(a, b)); }
SymInt IsAtMost(const SymInt& a, const SymInt& b) { return Negate(IsGreater(a, b)); }
SymInt Remainder(const SymInt& a, const SymInt& b) {
  return b.is_known() && b.value() > 0 ? a - FloorDiv(a, b) * b : SymInt();
}
// 0 and x is 0, 1 or x is 1, whatever x.
SymInt And(const SymInt& a, const SymInt& b) {
  if (a == SymInt(0) || b == SymInt(0)) return 0;
  return a == SymInt(1) && b == SymInt(1) ? SymInt(1) : SymInt();
}
SymInt Or(const SymInt& a, const SymInt& b) { return Negate(And(Negate(a), Negate(b))); }

void Divide(InferContext& c) {
  const bool is_float = IsFloat(c.element(0));
  Zip(c, [&](const Elements& row) {
    // A quotient of floats is no whole number in general.
    if (is_float) return row[1] == SymInt(1) ? row[0] : SymInt();
    return TruncDiv(row[0], row[1]);
  });
}

void Modulo(InferContext& c) {
  if (c.Int("fmod", 0) == 0) Fold<Remainder>(c);
}

void Same(InferContext& c) {
  if (const Content* content = c.content(0)) {
    Write(c, 0, c.output(0).element, c.output(0).dims, content->elements);
  }
}

// Whole numbers stay what they are in every type but bool.
void Cast(InferContext& c) {
  if (c.output(0).element != ElementType::kBool) return Same(c);
  Zip(c, [](const Elements& row) { return Negate(FromBool(ToBool(row[0]))); });
}

void Opposite(InferContext& c) {
  Zip(c, [](const Elements& row) { return SymInt(0) - row[0]; });
}

void Absolute(InferContext& c) {
  Zip(c, [](const Elements& row) { return IsNonNegative(row[0]) ? row[0] : SymInt(); });
}

void Relu(InferContext& c) {
  Zip(c, [](const Elements& row) { return Max(row[0], 0); });
}

void Not(InferContext& c) {
  Zip(c, [](const Elements& row) { return Negate(row[0]); });
}

void Where(InferContext& c) {
  Zip(c, [](const Elements& row) {
    if (row[1] == row[2]) return row[1];
    std::optional<bool> zero = ToBool(row[0]);
    return !zero ? SymInt() : *zero ? row[2] : row[1];
  });
}

// Operators that only move elements are evaluated on the numbers of the elements in place of the
// elements. `data` says which inputs hold elements; all others must be known.
void Move(InferContext& c, bool (*is_data)(size_t)) {
  // Number 0 is the zero with which some operators fill.
  Elements all = {0};
  std::vector<TensorPtr> inputs;
  for (size_t i = 0; i < c.num_inputs(); ++i) {
    const Content* content = c.content(i);
    if (!c.Has(i) || !is_data(i)) {
      if (c.Has(i) && (!content || !content->tensor)) return;
      inputs.push_back(c.Has(i) ? content->tensor : nullptr);
      continue;
    }
    std::optional<Elements> elements = Read(c, i);
    if (!elements) return;
    std::vector<int64_t> numbers(elements->size());
    std::iota(numbers.begin(), numbers.end(), static_cast<int64_t>(all.size()));
    inputs.push_back(TensorData::Make<int64_t>(*KnownDims(*c.dims(i)), numbers));
    all.insert(all.end(), elements->begin(), elements->end());
  }
  auto outputs = EvaluateNode(c.node(), c.opset(), inputs, Content::kMaxElements * 8);
  for (size_t i = 0; outputs && i < outputs->size(); ++i) {
    Elements moved;
    for (int64_t number : (*outputs)[i]->Values<int64_t>()) {
      moved.push_back(all[static_cast<size_t>(number)]);
    }
    c.SetContent(i, Content::Of(c.output(i).element, (*outputs)[i]->dims(), std::move(moved)));
  }
}

void MoveFirst(InferContext& c) {
  if (c.content(0)) Move(c, [](size_t i) { return i == 0; });
}
void MoveAll(InferContext& c) {
  Move(c, [](size_t) { return true; });
}
// Data, and updates or the value to fill with; input 1 says where.
void MoveFirstAndThird(InferContext& c) {
  Move(c, [](size_t i) { return i == 0 || i == 2; });
}

template <Binary kOperation>
void Reduce(InferContext& c) {
  const Content* content = c.content(0);
  const auto axes = c.AttributeOrInput("axes", 1);
  if (!content || content->elements.empty() || content->dims.size() != 1 || !axes) return;
  if ((!*axes || (*axes)->empty()) && c.Int("noop_with_empty_axes", 0) != 0) return;
  SymInt result = content->elements[0];
  for (size_t i = 1; i < content->elements.size(); ++i) {
    result = kOperation(result, content->elements[i]);
  }
  Write(c, 0, c.output(0).element, c.output(0).dims, {result});
}

using ContentRule = void (*)(InferContext&);

const std::unordered_map<std::string_view, ContentRule>& ContentRules() {
  static const std::unordered_map<std::string_view, ContentRule> rules = {
      {"Identity", Same},
      {"Cast", Cast},
      {"CastLike", Cast},
      {"Squeeze", Same},
      {"Unsqueeze", Same},
      {"Reshape", Same},
      {"Flatten", Same},
      {"Floor", Same},
      {"Ceil", Same},
      {"Round", Same},
      {"Add", Fold<Add>},
      {"Sum", Fold<Add>},
      {"Sub", Fold<Subtract>},
      {"Mul", Fold<Multiply>},
      {"Div", Divide},
      {"Mod", Modulo},
      {"Min", Fold<Min>},
      {"Max", Fold<Max>},
      {"Neg", Opposite},
      {"Abs", Absolute},
      {"Relu", Relu},
      {"Equal", Fold<IsEqual>},
      {"Less", Fold<IsLess>},
      {"Greater", Fold<IsGreater>},
      {"LessOrEqual", Fold<IsAtMost>},
      {"GreaterOrEqual", Fold<IsAtLeast>},
      {"And", Fold<And>},
      {"Or", Fold<Or>},
      {"Not", Not},
      {"Where", Where},
      {"Gather", MoveFirst},
      {"GatherElements", MoveFirst},
      {"GatherND", MoveFirst},
      {"Concat", MoveAll},
      {"Slice", MoveFirst},
      {"Split", MoveFirst},
      {"Expand", MoveFirst},
      {"Tile", MoveFirst},
      {"Transpose", MoveFirst},
      {"Pad", MoveFirstAndThird},
      {"ScatterND", MoveFirstAndThird},
      {"ScatterElements", MoveFirstAndThird},
      {"ReduceProd", Reduce<Multiply>},
      {"ReduceSum", Reduce<Add>},
      {"ReduceMax", Reduce<Max>},
      {"ReduceMin", Reduce<Min>},
  };
  return rules;
}

// Contents are followed for the types of shapes, and for what they pass through on their way.
bool IsFollowed(ElementType type) {
  return type == ElementType::kInt64 || type == ElementType::kInt32 ||
         type == ElementType::kFloat32 || type == ElementType::kBool;
}

}  // namespace

void InferContent(InferContext& c) {
  if (!c.node().domain().empty() || c.node().num_outputs() == 0) return;
  if (!IsFollowed(c.output(0).element) || !SmallDims(c.output(0).dims)) return;
  auto rule = ContentRules().find(c.node().op());
  if (rule != ContentRules().end()) rule->second(c);
}

}  // namespace mmdeploy::graph
