// Generated from mmdeploy/task/pose_detector/task.yaml by api/gen.py. Key points of objects in
// given boxes: its result.
#pragma once

#include <vector>

#include "mmdeploy/module/result_type.h"

namespace mmdeploy {

// The key points of one box, in the order in which the boxes were given, image by image.
struct PoseDetection {
  std::vector<Point> points;  // pixels of the image that was given
  std::vector<float> scores;  // of each point
};

const ResultType& TypeOf(const PoseDetection*);

}  // namespace mmdeploy
