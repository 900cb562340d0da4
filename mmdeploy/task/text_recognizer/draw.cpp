#include <algorithm>

#include "mmdeploy/task/draw.h"
#include "mmdeploy/task/text_recognizer/result.h"

namespace mmdeploy {
namespace {

std::string Line(const TextRecognition& result) {
  const auto& scores = result.scores;
  const float worst = scores.empty() ? 0 : *std::min_element(scores.begin(), scores.end());
  return fmt::format("'{}'  {:.2f}", result.text, worst);
}

}  // namespace

// The text below the picture, with the score of its worst symbol.
void text_recognizer_draw(const Value& results, const Style&, Canvas* canvas) {
  if (results.is_record()) {
    canvas->lines.push_back(Line(results.result<TextRecognition>()));
    return;
  }
  for (const Value& value : results.list()) {
    canvas->lines.push_back(Line(value.result<TextRecognition>()));
  }
}

}  // namespace mmdeploy
