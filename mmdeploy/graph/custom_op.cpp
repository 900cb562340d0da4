#include "mmdeploy/graph/custom_op.h"

namespace mmdeploy::graph {
namespace {

std::optional<op::AttrValue> ReadAttribute(const Node& node, const std::string& name) {
  const AttributeValue* attribute = node.Find(name);
  if (!attribute) return std::nullopt;
  if (const auto* value = std::get_if<int64_t>(attribute)) return *value;
  if (const auto* value = std::get_if<float>(attribute)) return *value;
  if (const auto* value = std::get_if<std::string>(attribute)) return *value;
  if (const auto* value = std::get_if<std::vector<int64_t>>(attribute)) return *value;
  if (const auto* value = std::get_if<std::vector<float>>(attribute)) return *value;
  return std::nullopt;  // no operator has others
}

}  // namespace

const op::OpDef* FindCustomOp(const Node& node) { return op::FindOp(node.domain(), node.op()); }

Result<op::Attributes> AttributesOf(const Node& node, const op::OpDef& op) {
  std::vector<std::optional<op::AttrValue>> values;
  for (const auto& def : op.attributes) {
    auto value = ReadAttribute(node, def.name);
    for (size_t i = 0; !value && i < def.aliases.size(); ++i) {
      value = ReadAttribute(node, def.aliases[i]);
    }
    values.push_back(std::move(value));
  }
  return op::MakeAttributes(op, values);
}

}  // namespace mmdeploy::graph
