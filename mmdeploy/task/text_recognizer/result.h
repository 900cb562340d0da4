// Generated from mmdeploy/task/text_recognizer/task.yaml by api/gen.py. Reading of text in given
// quads: its result.
#pragma once

#include <string>
#include <vector>

#include "mmdeploy/module/result_type.h"

namespace mmdeploy {

// The text in one quad, in the order in which the quads were given, image by image.
struct TextRecognition {
  std::string text;           // UTF-8
  std::vector<float> scores;  // of each symbol of the text, 0..1
};

const ResultType& TypeOf(const TextRecognition*);

}  // namespace mmdeploy
