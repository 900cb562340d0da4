#include "mmdeploy/backend/torchscript/ops/signature.h"

#include <fmt/ranges.h>

namespace mmdeploy::torchscript {
namespace {

using op::AttrDef;
using op::AttrType;
using op::AttrValue;
using op::Presence;

std::string InputDeclaration(const op::InputDef& input) {
  switch (input.presence) {
    case Presence::kOptional:
      return "Tensor? " + input.name;
    case Presence::kVariadic:
      return "Tensor[] " + input.name;
    default:
      return "Tensor " + input.name;
  }
}

// As the parser of schemas reads it.
struct DefaultPrinter {
  std::string operator()(int64_t value) const { return std::to_string(value); }
  std::string operator()(float value) const { return fmt::format("{:#.9g}", value); }
  std::string operator()(const std::string& value) const { return '"' + value + '"'; }
  template <class T>
  std::string operator()(const std::vector<T>& values) const {
    std::vector<std::string> texts;
    for (const T value : values) texts.push_back((*this)(value));
    return fmt::format("[{}]", fmt::join(texts, ", "));
  }
};

std::string AttributeDeclaration(const AttrDef& def) {
  constexpr const char* kTypes[] = {"int", "float", "str", "int[]", "float[]"};
  auto text = fmt::format("{} {}", kTypes[static_cast<size_t>(def.type)], def.name);
  if (def.default_value) text += "=" + std::visit(DefaultPrinter{}, *def.default_value);
  return text;
}

std::string Join(const std::string& name, const std::vector<std::string>& arguments,
                 const op::OpDef& op) {
  const std::vector<std::string> results(op.outputs.size(), "Tensor");
  const auto format = results.size() == 1 ? "{}({}) -> {}" : "{}({}) -> ({})";
  return fmt::format(fmt::runtime(format), name, fmt::join(arguments, ", "),
                     fmt::join(results, ", "));
}

AttrValue ToAttribute(const c10::IValue& value, AttrType type) {
  switch (type) {
    case AttrType::kInt:
      return value.toInt();
    case AttrType::kFloat:
      return static_cast<float>(value.toDouble());
    case AttrType::kString:
      return value.toStringRef();
    case AttrType::kInts:
      return value.toIntVector();
    default: {
      const auto numbers = value.toDoubleVector();
      return std::vector<float>(numbers.begin(), numbers.end());
    }
  }
}

// The number of a form's argument: an attribute, or the next element of one.
void AddNumber(const op::OpDef& op, const std::string& name, const c10::IValue& value, Call* call) {
  size_t i = 0;
  while (op.attributes[i].name != name) ++i;
  auto& attribute = call->attributes[i];
  if (op.attributes[i].type != AttrType::kInts) {
    attribute = ToAttribute(value, op.attributes[i].type);
    return;
  }
  if (!attribute) attribute = std::vector<int64_t>();
  std::get<std::vector<int64_t>>(*attribute).push_back(value.toInt());
}

}  // namespace

std::string Schema(const op::OpDef& op) {
  std::vector<std::string> arguments;
  for (const auto& input : op.inputs) arguments.push_back(InputDeclaration(input));
  // Arguments with defaults come last.
  for (const bool with_default : {false, true}) {
    for (const auto& def : op.attributes) {
      if (def.default_value.has_value() == with_default) {
        arguments.push_back(AttributeDeclaration(def));
      }
    }
  }
  return Join(op.names.front().type, arguments, op);
}

std::string Schema(const op::OpDef& op, const op::TorchscriptForm& form) {
  std::vector<std::string> arguments;
  for (const auto& argument : form.arguments) arguments.push_back(argument.declaration);
  return Join(form.name, arguments, op);
}

Call PopCall(const op::OpDef& op, torch::jit::Stack* stack) {
  Call call;
  const size_t count = op.inputs.size() + op.attributes.size();
  auto argument = stack->end() - static_cast<int64_t>(count);
  for (const auto& input : op.inputs) {
    const c10::IValue& value = *argument++;
    if (input.presence == Presence::kVariadic) {
      for (const auto& tensor : value.toTensorVector()) call.inputs.push_back(tensor);
    } else {
      call.inputs.push_back(value.isNone() ? at::Tensor() : value.toTensor());
    }
  }
  call.attributes.resize(op.attributes.size());
  for (const bool with_default : {false, true}) {
    for (size_t i = 0; i < op.attributes.size(); ++i) {
      if (op.attributes[i].default_value.has_value() != with_default) continue;
      call.attributes[i] = ToAttribute(*argument++, op.attributes[i].type);
    }
  }
  torch::jit::drop(*stack, count);
  return call;
}

Call PopCall(const op::OpDef& op, const op::TorchscriptForm& form, torch::jit::Stack* stack) {
  Call call;
  call.inputs.resize(op.inputs.size());
  call.attributes.resize(op.attributes.size());
  const auto values = torch::jit::last(*stack, form.arguments.size());
  for (size_t i = 0; i < form.arguments.size(); ++i) {
    const auto& argument = form.arguments[i];
    if (argument.input >= 0)
      call.inputs[static_cast<size_t>(argument.input)] = values[i].toTensor();
    if (!argument.attribute.empty()) AddNumber(op, argument.attribute, values[i], &call);
  }
  for (size_t i = 0; i < form.arguments.size(); ++i) {
    const int input = form.arguments[i].has_input;
    if (input >= 0 && !values[i].toBool()) call.inputs[static_cast<size_t>(input)] = at::Tensor();
  }
  torch::jit::drop(*stack, form.arguments.size());
  return call;
}

}  // namespace mmdeploy::torchscript
