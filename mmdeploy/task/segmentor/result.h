// Generated from mmdeploy/task/segmentor/task.yaml by api/gen.py. Semantic segmentation: its
// result.
#pragma once

#include "mmdeploy/module/result_type.h"

namespace mmdeploy {

// The class of every pixel of an image, or the score of each class there.
struct Segmentation {
  int height = 0;   // pixels of the image that was given
  int width = 0;    // pixels
  int classes = 0;  // number of classes
  Tensor mask;      // [height,width] indices of classes; none where the model gives scores
  Tensor score;     // [classes,height,width]; none where the model gives classes
};

const ResultType& TypeOf(const Segmentation*);

}  // namespace mmdeploy
