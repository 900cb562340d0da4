#include "mmdeploy/backend/ncnn/convert/ops/converter.h"

#include <map>

#include "mmdeploy/backend/ncnn/convert/ops/custom.h"

namespace mmdeploy::ncnn_convert {

#define MMDEPLOY_NCNN_OPS(family) std::vector<Converter> family##_converters();
#include "mmdeploy/backend/ncnn/convert/op_list.inc"
#undef MMDEPLOY_NCNN_OPS

namespace {

const std::map<std::string_view, Converter>& Converters() {
  static const auto* converters = [] {
    auto* all = new std::map<std::string_view, Converter>;
#define MMDEPLOY_NCNN_OPS(family) \
  for (const Converter& converter : family##_converters()) all->emplace(converter.op, converter);
#include "mmdeploy/backend/ncnn/convert/op_list.inc"
#undef MMDEPLOY_NCNN_OPS
    return all;
  }();
  return *converters;
}

// A hint of operator set 1, which asks for nothing.
constexpr std::string_view kHint = "consumed_inputs";

std::string Text(const graph::AttributeValue& value) {
  if (const auto* integer = std::get_if<int64_t>(&value)) return fmt::format("{}", *integer);
  if (const auto* number = std::get_if<float>(&value)) return fmt::format("{}", *number);
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  return "a list";
}

Result<void> CheckAttribute(const graph::Attribute& attribute, const Converter& converter) {
  if (attribute.name == kHint) return {};
  for (std::string_view declared : converter.attributes) {
    const size_t equals = declared.find('=');
    if (declared.substr(0, equals) != attribute.name && declared != "*") continue;
    if (equals == declared.npos) return {};
    const std::string found = Text(attribute.value);
    MMDEPLOY_ENSURE(found == declared.substr(equals + 1), Code::kNotSupported,
                    "attribute '{}' is {}, ncnn has {}", attribute.name, found,
                    declared.substr(equals + 1));
    return {};
  }
  return MakeError(Code::kNotSupported, "attribute '{}' is {}, of which ncnn has nothing",
                   attribute.name, Text(attribute.value));
}

}  // namespace

Result<void> CheckReads(const graph::Node& node, const Converter& converter) {
  for (size_t i = converter.inputs; i < node.num_inputs(); ++i) {
    MMDEPLOY_ENSURE(!node.input(i), Code::kNotSupported,
                    "input {} ('{}'), which ncnn does not take", i, node.input(i)->name());
  }
  for (const graph::Attribute& attribute : node.attributes()) {
    MMDEPLOY_TRYV(CheckAttribute(attribute, converter));
  }
  return {};
}

const Converter* FindConverter(const graph::Node& node) {
  if (const Converter* custom = FindCustomConverter(node)) return custom;
  const auto& converters = Converters();
  const auto found = converters.find(node.op());
  if (found == converters.end()) return nullptr;
  const bool ours = node.domain().empty() || node.domain() == "ncnn";
  return ours || found->second.any_domain ? &found->second : nullptr;
}

std::vector<std::string> ConvertedOperators() {
  std::vector<std::string> names;
  for (const auto& [name, converter] : Converters()) names.emplace_back(name);
  return names;
}

}  // namespace mmdeploy::ncnn_convert
