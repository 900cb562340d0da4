#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <regex>
#include <string>

#include "mmdeploy/graph/text.h"

namespace mmdeploy::graph {

// A model of a graph in text whose outputs may stand without a type: "g (float x) => (y) {...}".
inline std::unique_ptr<Model> ParseTestModel(const std::string& graph, int opset) {
  static const std::regex outputs("=> \\(([^)]*)\\)"), untyped("(^|, )(\\w+)(?=,|$)");
  std::string text = "<ir_version: 8, opset_import: [\"\" : " + std::to_string(opset) + "]>\n";
  std::string rest = graph;
  for (std::smatch match; std::regex_search(rest, match, outputs); rest = match.suffix()) {
    text += match.prefix().str() + "=> (" +
            std::regex_replace(match[1].str(), untyped, "$1undefined[] $2") + ")";
  }
  auto model = ParseText(text + rest);
  EXPECT_TRUE(model) << graph << "\n" << (model ? "" : model.error().message());
  return model ? std::move(*model) : nullptr;
}

}  // namespace mmdeploy::graph
