#include <utility>

#include "mmdeploy/task/draw.h"
#include "mmdeploy/task/text.h"

namespace mmdeploy {

// The classes with their scores below the image.
void classifier_draw(const Value& results, const Style& style, Canvas* canvas) {
  for (auto& line : Summarize(results, style.names)) canvas->lines.push_back(std::move(line));
}

}  // namespace mmdeploy
