#include <map>

#include "mmdeploy/backend/ncnn/convert/ops/converter.h"

// Operators that converters of the past passed on although ncnn has no layer for them.

namespace mmdeploy::ncnn_convert {

using graph::Node;

namespace {

const std::map<std::string_view, std::string_view>& Reasons() {
  static const auto* reasons = new std::map<std::string_view, std::string_view>{
      {"EmbedLayerNormalization", "ncnn has no such layer; export without ONNX Runtime's fusions"},
      {"NonMaxSuppression",
       "ncnn has no such layer; export for the backend ncnn, which uses DetectionOutput"},
      {"Range", "ncnn has no such layer; give the shapes of the inputs, so that it is constant"},
      {"ScatterND", "ncnn has no such layer; its indices and shapes must be constant"},
      {"SkipLayerNormalization", "ncnn has no such layer; export without ONNX Runtime's fusions"},
  };
  return *reasons;
}

Result<void> Refuse(const Node& node, Emitter*) {
  return MakeError(Code::kNotSupported, "{}", Reasons().at(node.op()));
}

}  // namespace

std::vector<Converter> refused_converters() {
  std::vector<Converter> converters;
  for (const auto& [op, reason] : Reasons()) {
    converters.push_back({op, Refuse, kAnyInputs, {"*"}, true});
  }
  return converters;
}

}  // namespace mmdeploy::ncnn_convert
