// Generated from mmdeploy/task/text_detector/task.yaml by api/gen.py. Detection of text: its
// result.
#pragma once

#include "mmdeploy/module/result_type.h"

namespace mmdeploy {

// A word or a line of an image, in the order in which the model gives them.
struct TextDetection {
  Quad bbox{};      // four corners, pixels of the image that was given
  float score = 0;  // 0..1
};

const ResultType& TypeOf(const TextDetection*);

}  // namespace mmdeploy
