// Generated from mmdeploy/task/detector/task.yaml by api/gen.py. Object detection and instance
// segmentation: its result.
#pragma once

#include "mmdeploy/module/result_type.h"

namespace mmdeploy {

// One object of an image, in the order in which the model gives them.
struct Detection {
  int label_id = 0;  // index of the class
  float score = 0;   // 0..1
  Rect bbox;         // pixels of the image that was given
  // which pixels belong to the object, or none. A mask as large as the image is one of the image;
  // the first pixel of a smaller one lies at max(floor(left) - 1, 0), max(floor(top) - 1, 0)
  Tensor mask;
};

const ResultType& TypeOf(const Detection*);

}  // namespace mmdeploy
