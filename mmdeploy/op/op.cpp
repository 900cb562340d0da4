#include "mmdeploy/op/op.h"

#include <algorithm>
#include <cmath>
#include <mutex>

#include "mmdeploy/base/suggest.h"

namespace mmdeploy::op {
namespace {

constexpr const char* kAttrTypeNames[] = {"an integer", "a float", "a string", "a list of integers",
                                          "a list of floats"};

std::string ListOf(const std::vector<size_t>& sizes) {
  return fmt::format("{}", fmt::join(sizes, " or "));
}

Result<void> CheckNumber(const AttrDef& def, double value) {
  MMDEPLOY_ENSURE(std::isfinite(value) && value >= def.min && value <= def.max,
                  Code::kInvalidArgument, "attribute '{}' is {}, allowed: {} to {}", def.name,
                  value, def.min, def.max);
  return {};
}

struct ValueChecker {
  const AttrDef& def;

  Result<void> operator()(int64_t value) const {
    return CheckNumber(def, static_cast<double>(value));
  }
  Result<void> operator()(float value) const { return CheckNumber(def, value); }
  Result<void> operator()(const std::string& value) const {
    const bool known = std::find(def.words.begin(), def.words.end(), value) != def.words.end();
    MMDEPLOY_ENSURE(known, Code::kInvalidArgument, "attribute '{}' is '{}', allowed: {}", def.name,
                    value, ListAllowed(value, def.words));
    return {};
  }
  template <class T>
  Result<void> operator()(const std::vector<T>& values) const {
    const bool fits = def.sizes.empty() ? !values.empty()
                                        : std::find(def.sizes.begin(), def.sizes.end(),
                                                    values.size()) != def.sizes.end();
    MMDEPLOY_ENSURE(fits, Code::kInvalidArgument, "attribute '{}' has {} values, allowed: {}",
                    def.name, values.size(), def.sizes.empty() ? "1 or more" : ListOf(def.sizes));
    for (const T value : values) MMDEPLOY_TRYV(CheckNumber(def, static_cast<double>(value)));
    return {};
  }
};

// An integer where a float is declared is one: text formats do not tell them apart.
AttrValue AsDeclared(const AttrDef& def, const AttrValue& value) {
  if (def.type == AttrType::kFloat && std::holds_alternative<int64_t>(value)) {
    return static_cast<float>(std::get<int64_t>(value));
  }
  if (def.type == AttrType::kFloats && std::holds_alternative<std::vector<int64_t>>(value)) {
    const auto& ints = std::get<std::vector<int64_t>>(value);
    return std::vector<float>(ints.begin(), ints.end());
  }
  return value;
}

Result<AttrValue> CheckAttribute(const AttrDef& def, const std::optional<AttrValue>& given) {
  if (!given) {
    MMDEPLOY_ENSURE(def.default_value, Code::kInvalidArgument, "attribute '{}' is missing",
                    def.name);
    return *def.default_value;
  }
  AttrValue value = AsDeclared(def, *given);
  const auto type = static_cast<size_t>(def.type);
  MMDEPLOY_ENSURE(value.index() == type, Code::kInvalidArgument,
                  "attribute '{}' is {}, expected {}", def.name, kAttrTypeNames[value.index()],
                  kAttrTypeNames[type]);
  MMDEPLOY_TRYV(std::visit(ValueChecker{def}, value));
  return value;
}

Result<void> CheckPresence(const OpDef& op, const OpContext& context) {
  for (size_t i = 0; i < context.num_inputs(); ++i) {
    const InputDef* def = FindInput(op, i);
    MMDEPLOY_ENSURE(!def || def->presence == Presence::kOptional || context.has_input(i),
                    Code::kInvalidArgument, "input {} '{}' is missing", i, def->name);
  }
  return {};
}

Result<void> CheckRank(const InputDef& def, size_t index, const Shape& shape) {
  MMDEPLOY_ENSURE(def.rank == kAnyRank || static_cast<int>(shape.size()) == def.rank,
                  Code::kInvalidArgument, "input {} '{}' has shape {}, expected {} dimensions",
                  index, def.name, Name(shape), def.rank);
  return {};
}

Result<void> CheckType(const OpDef& op, const OpContext& context, size_t index) {
  const auto& def = *FindInput(op, index);
  const DataType dtype = context.input(index).dtype();
  if (def.same_dtype_as >= 0) {
    const auto other = static_cast<size_t>(def.same_dtype_as);
    MMDEPLOY_ENSURE(dtype == context.input(other).dtype(), Code::kInvalidArgument,
                    "input {} '{}' has element type {}, expected {} as input {} '{}'", index,
                    def.name, Name(dtype), Name(context.input(other).dtype()), other,
                    op.inputs[other].name);
  }
  const auto& allowed = def.dtypes;
  if (allowed.empty() || std::find(allowed.begin(), allowed.end(), dtype) != allowed.end()) {
    return {};
  }
  std::vector<std::string> names;
  for (const auto type : allowed) names.emplace_back(Name(type));
  return MakeError(Code::kInvalidArgument, "input {} '{}' has element type {}, allowed: {}", index,
                   def.name, Name(dtype), fmt::join(names, ", "));
}

// Shape rules may look at every input of the declaration.
Result<std::vector<Shape>> CheckAndInfer(const OpDef& op, const Attributes& attributes,
                                         InputShapes shapes) {
  std::vector<std::optional<Shape>> all(shapes.begin(), shapes.end());
  for (size_t i = 0; i < all.size(); ++i) {
    const InputDef* def = FindInput(op, i);
    MMDEPLOY_ENSURE(def, Code::kInvalidArgument, "{} inputs, expected at most {}", all.size(),
                    op.inputs.size());
    if (all[i]) MMDEPLOY_TRYV(CheckRank(*def, i, *all[i]));
  }
  for (size_t i = all.size(); i < op.inputs.size(); ++i) {
    MMDEPLOY_ENSURE(op.inputs[i].presence == Presence::kOptional, Code::kInvalidArgument,
                    "input {} '{}' is missing", i, op.inputs[i].name);
    all.emplace_back();
  }
  return op.infer(attributes, all);
}

}  // namespace

// The only one who writes what a context knows of its outputs.
struct OpRunner {
  static Result<void> Run(const OpDef& op, const Attributes& attributes, RunFunction function,
                          OpContext& context) {
    MMDEPLOY_TRYV(CheckPresence(op, context));
    std::vector<std::optional<Shape>> shapes;
    for (const auto& input : context.inputs_) {
      shapes.push_back(input ? std::optional<Shape>(input->shape()) : std::nullopt);
    }
    MMDEPLOY_TRY(context.shapes_, CheckAndInfer(op, attributes, shapes));
    for (size_t i = 0; i < context.num_inputs(); ++i) {
      if (context.has_input(i)) MMDEPLOY_TRYV(CheckType(op, context, i));
    }
    return function(attributes, context);
  }
};

Result<void> OpContext::ParallelFor(int64_t count,
                                    const std::function<Result<void>(int64_t)>& body) {
  std::mutex mutex;
  std::optional<Error> error;
  int64_t failed = count;
  ParallelForEach(count, [&](int64_t i) {
    auto result = body(i);
    if (result) return;
    const std::lock_guard lock(mutex);
    if (i >= failed) return;
    failed = i;
    error = std::move(result).error();
  });
  if (error) return MakeError(std::move(*error));
  return {};
}

Result<Tensor> OpContext::Scratch(DataType dtype, const Shape& shape) {
  return Tensor::Allocate(dtype, shape);
}

std::string Name(const OpName& name) { return name.domain + "::" + name.type; }
std::string Name(const OpDef& op) { return Name(op.names.front()); }

Result<Attributes> MakeAttributes(const OpDef& op,
                                  const std::vector<std::optional<AttrValue>>& values) {
  std::vector<AttrValue> checked;
  for (size_t i = 0; i < op.attributes.size(); ++i) {
    auto value = CheckAttribute(op.attributes[i], values[i]);
    if (!value) return MakeError(value.error().In(fmt::format("operator '{}'", Name(op))));
    checked.push_back(std::move(*value));
  }
  return Attributes(&op.attributes, std::move(checked));
}

Result<std::vector<Shape>> InferShapes(const OpDef& op, const Attributes& attributes,
                                       InputShapes shapes) {
  auto result = CheckAndInfer(op, attributes, shapes);
  if (!result) return MakeError(result.error().In(fmt::format("operator '{}'", Name(op))));
  return result;
}

Result<void> Run(const OpDef& op, const Attributes& attributes, RunFunction function,
                 OpContext& context) {
  auto result = OpRunner::Run(op, attributes, function, context);
  if (!result) return MakeError(result.error().In(fmt::format("operator '{}'", Name(op))));
  return {};
}

const InputDef* FindInput(const OpDef& op, size_t index) {
  if (index < op.inputs.size()) return &op.inputs[index];
  const auto& last = op.inputs.back();
  return last.presence == Presence::kVariadic ? &last : nullptr;
}

}  // namespace mmdeploy::op
