#pragma once

#include "mmdeploy/base/result.h"
#include "mmdeploy/common.h"
#include "mmdeploy/module/value.h"

namespace mmdeploy::capi {

// The caller's pictures as a list of views; no pixel is copied. Errors name the picture's index.
Result<Value> ToImages(const mmdeploy_mat_t* mats, int count);

}  // namespace mmdeploy::capi
