#include "mmdeploy/backend/ncnn/convert/testing.h"

#include <cstdlib>
#include <sstream>

#include "mmdeploy/graph/text.h"

namespace mmdeploy::ncnn_convert {

Result<NcnnModel> ConvertText(const std::string& graph, int opset, const ConvertOptions& options) {
  auto model = graph::ParseText(
      fmt::format("<ir_version: 8, opset_import: [\"\" : {}, \"mmdeploy\" : 1]> {}", opset, graph));
  if (!model) {
    fmt::print(stderr, "{}\n", model.error().message());
    std::abort();
  }
  return ConvertToNcnn(model->get(), options);
}

std::string Layers(const std::string& graph, int opset) {
  const auto converted = ConvertText(graph, opset);
  if (!converted) return converted.error().message();
  std::istringstream lines(converted->param);
  std::string line, text;
  for (int i = 0; std::getline(lines, line); ++i) {
    if (i < 2) continue;
    std::istringstream words(line);
    std::string word, joined;
    while (words >> word) joined += (joined.empty() ? "" : " ") + word;
    text += joined + "\n";
  }
  return text;
}

}  // namespace mmdeploy::ncnn_convert
