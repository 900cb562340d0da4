// Generated from mmdeploy/task/classifier/task.yaml by api/gen.py. Image classification: its
// result.
#pragma once

#include "mmdeploy/module/result_type.h"

namespace mmdeploy {

// One class of an image. The classes of an image are in the order of falling score.
struct Classification {
  int label_id = 0;  // index of the class
  float score = 0;   // as the model gives it, normally 0..1
};

const ResultType& TypeOf(const Classification*);

}  // namespace mmdeploy
