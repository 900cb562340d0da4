// Generated from mmdeploy/task/rotated_detector/task.yaml by api/gen.py. Detection of rotated
// objects: its result.
#pragma once

#include "mmdeploy/module/result_type.h"

namespace mmdeploy {

// One object of an image, in the order in which the model gives them.
struct RotatedDetection {
  int label_id = 0;  // index of the class
  float score = 0;   // 0..1
  // centre x, centre y, width, height in pixels of the image that was given; angle in radians
  RotatedBox rbbox;
};

const ResultType& TypeOf(const RotatedDetection*);

}  // namespace mmdeploy
