#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mmdeploy/base/span.h"

// What ONNX says of its operators, per opset: a table made by schemas.py from the `onnx` package.

namespace mmdeploy::graph {

// The values are those of onnx.AttributeProto.AttributeType.
enum class AttributeKind {
  kOther = 0,
  kFloat = 1,
  kInt = 2,
  kString = 3,
  kTensor = 4,
  kGraph = 5,
  kFloats = 6,
  kInts = 7,
  kStrings = 8,
  kTensors = 9,
  kGraphs = 10,
};

struct AttributeSchema {
  std::string name;
  AttributeKind kind = AttributeKind::kOther;
  bool required = false;
};

// A number of values from this on means any number.
constexpr size_t kManyValues = size_t{1} << 30;

struct Schema {
  std::string op;
  int64_t since_version = 1;
  bool deprecated = false;
  size_t min_inputs = 0, max_inputs = 0;
  size_t min_outputs = 0, max_outputs = 0;
  std::vector<AttributeSchema> attributes;
};

// The operator as an opset has it; nullptr: it has none of this name.
const Schema* FindSchema(std::string_view op, int64_t opset);
// The opset in which the operator came; 0: there is none of this name.
int64_t FirstOpset(std::string_view op);
// All operators of the ONNX domain.
Span<const std::string> OperatorNames();

}  // namespace mmdeploy::graph
