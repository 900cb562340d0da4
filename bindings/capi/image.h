#pragma once

#include "mmdeploy/base/result.h"
#include "mmdeploy/common.h"
#include "mmdeploy/module/value.h"

namespace mmdeploy::capi {

// The caller's pictures as a list of views; no pixel is copied. Errors name the picture's index.
Result<Value> ToImages(const mmdeploy_mat_t* mats, int count);

// Boxes of pictures as a flat list of samples, picture by picture. Without `boxes` or `counts` each
// picture is one box; a picture of no boxes is left out. Errors: kInvalidArgument for a negative
// count, a box that is no number or has no area.
Result<Value> ToSamples(const mmdeploy_mat_t* mats, int count, const mmdeploy_rect_t* boxes,
                        const int* counts);

}  // namespace mmdeploy::capi
