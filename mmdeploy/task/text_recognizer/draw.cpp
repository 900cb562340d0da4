#include <algorithm>

#include "mmdeploy/task/draw.h"
#include "mmdeploy/task/text_recognizer/result.h"

namespace mmdeploy {
namespace {

std::string Line(const TextRecognition& result) {
  const auto& scores = result.scores;
  const float worst = scores.empty() ? 0 : *std::min_element(scores.begin(), scores.end());
  return fmt::format("'{}'  {:.2f}", AsciiText(result.text), worst);
}

}  // namespace

// The text below the picture, with the score of its worst symbol.
cv::Mat text_recognizer_draw(const cv::Mat& image, const Value& results, const Style&) {
  std::vector<std::string> lines;
  if (results.is_record()) {
    lines.push_back(Line(results.result<TextRecognition>()));
  } else {
    for (const Value& value : results.list()) {
      lines.push_back(Line(value.result<TextRecognition>()));
    }
  }
  return WithCaption(Canvas(image).picture, lines);
}

}  // namespace mmdeploy
