#pragma once

#include <string_view>
#include <vector>

#include "mmdeploy/backend/ncnn/layer/blob_shape.h"

namespace mmdeploy::ncnn {

// The whole numbers that a list like "*(0w,2),//(0h,2),-1" stands for: 0w, 0h, 0d, 0c are extents
// of the input; +, -, *, //, max and min take two numbers. Width comes first. Errors: kNotSupported
// for what else ncnn may write there; kFail for a list that is none, a division by 0 and numbers
// beyond 32 bits.
Result<std::vector<int64_t>> EvaluateList(std::string_view text, const BlobShape& input);

}  // namespace mmdeploy::ncnn
