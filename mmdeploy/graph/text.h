#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "mmdeploy/base/result.h"
#include "mmdeploy/graph/graph.h"

// Models as text, in the syntax of ONNX (docs/Syntax.md of the onnx package; onnx.parser reads it):
//
//   <ir_version: 8, opset_import: ["" : 13]>
//   example (float[N,4] x) => (float[N,4] y) <float[4] w = {1, 2, 3, 4}> {
//     [first] t = Mul (x, w)
//     y = Softmax <axis: int = 1> (t)
//   }
//
// `float` is a scalar, `float[]` has an unknown rank, `?` is an unknown dimension.

namespace mmdeploy::graph {

struct PrintOptions {
  // Longer constants are cut to "{1, 2, ...}", which cannot be parsed again.
  int64_t max_elements = 1 << 20;
  // The types of all values that nodes make, in the list behind the outputs.
  bool value_types = false;
};

std::string PrintText(const Model& model, const PrintOptions& options = {});
// One node, as in the text: "y = Softmax <axis: int = 1> (t)".
std::string PrintText(const Node& node, const PrintOptions& options = {});

// One attribute without its name: "int = 3", "tensor = float[2] {1, 2}".
std::string PrintText(const AttributeValue& value, const PrintOptions& options = {});

// Errors: kFail with line and column.
Result<std::unique_ptr<Model>> ParseText(std::string_view text);

}  // namespace mmdeploy::graph
