#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "mmdeploy/backend/ncnn/convert/emitter.h"
#include "mmdeploy/backend/ncnn/convert/layout.h"
#include "mmdeploy/base/result.h"
#include "mmdeploy/graph/graph.h"

// How one operator becomes layers. One file per family, listed in CMakeLists.txt: file <family>.cpp
// defines `std::vector<Converter> <family>_converters()`.

namespace mmdeploy::ncnn_convert {

constexpr size_t kAnyInputs = SIZE_MAX;

// One operator. What it says of inputs and attributes is checked before it is called: nothing that
// a node has goes unread.
struct Converter {
  std::string_view op;
  // Adds the layers of a node. Errors are the reason why it cannot be converted, without the node.
  Result<void> (*convert)(const graph::Node& node, Emitter* emitter);
  // Inputs from this number on are refused.
  size_t inputs = 1;
  // The attributes that it reads, or that change nothing here ("epsilon"), or that may only have
  // one value ("layout=0"). Others are refused; "*": it looks at all itself.
  std::vector<std::string_view> attributes = {};
  // Whether it is for nodes of any domain; others are for ONNX's own, and for what fusions make.
  bool any_domain = false;
};

// Whether the converter says of everything that the node has what it means. Errors: kNotSupported
// with the input or attribute that nobody would read.
Result<void> CheckReads(const graph::Node& node, const Converter& converter);

// The converter of an operator; nullptr if there is none.
const Converter* FindConverter(const graph::Node& node);

// All operators, sorted.
std::vector<std::string> ConvertedOperators();

}  // namespace mmdeploy::ncnn_convert
