#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "mmdeploy/op/op.h"

// How a node of an operator is written in a .param file of ncnn, for the converter that writes it
// and the layer that reads it: the layer's type is the operator's, attribute i is parameter i, a
// word (kString) its number in AttrDef::words.

namespace mmdeploy::op {

// Blobs of ncnn have no batch: which inputs lack their first axis, and which outputs shall, one bit
// each, the lowest for the first. Absent: what the declaration calls batched.
constexpr int kNcnnInputsWithoutBatch = 27;
constexpr int kNcnnOutputsWithoutBatch = 28;

// The value of an attribute as ncnn has it: words become numbers.
inline AttrValue ToNcnn(const AttrDef& def, const AttrValue& value) {
  if (def.type != AttrType::kString) return value;
  int64_t number = 0;
  while (def.words[static_cast<size_t>(number)] != std::get<std::string>(value)) ++number;
  return number;
}

// The other way round. Numbers beyond the words stay numbers, which MakeAttributes refuses.
inline AttrValue FromNcnn(const AttrDef& def, const AttrValue& value) {
  const auto* number = std::get_if<int64_t>(&value);
  if (def.type != AttrType::kString || !number || *number < 0 ||
      *number >= static_cast<int64_t>(def.words.size())) {
    return value;
  }
  return def.words[static_cast<size_t>(*number)];
}

}  // namespace mmdeploy::op
