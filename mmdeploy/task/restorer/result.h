// Generated from mmdeploy/task/restorer/task.yaml by api/gen.py. Image restoration, for example
// super resolution: its result.
#pragma once

#include "mmdeploy/module/result_type.h"

namespace mmdeploy {

// The restored image, RGB or gray.
struct Restoration {
  Image image;  // 8 bit, RGB or gray
};

const ResultType& TypeOf(const Restoration*);

}  // namespace mmdeploy
