#include "mmdeploy/graph/custom_op.h"

#include "mmdeploy/op/read_attributes.h"

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
  return op::ReadAttributes(
      op, [&](const std::string& name, op::AttrType) { return ReadAttribute(node, name); });
}

}  // namespace mmdeploy::graph
