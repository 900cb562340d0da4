#pragma once

#include "mmdeploy/op/op.h"

namespace mmdeploy::op {

// Attributes of a node. read(name, type) answers the value that stands under a name, or nullopt; an
// attribute is looked for under its name, then under its other spellings. Errors: see
// MakeAttributes.
template <class Read>
Result<Attributes> ReadAttributes(const OpDef& op, const Read& read) {
  std::vector<std::optional<AttrValue>> values;
  for (const auto& def : op.attributes) {
    std::optional<AttrValue> value = read(def.name, def.type);
    for (size_t i = 0; !value && i < def.aliases.size(); ++i) {
      value = read(def.aliases[i], def.type);
    }
    values.push_back(std::move(value));
  }
  return MakeAttributes(op, values);
}

}  // namespace mmdeploy::op
