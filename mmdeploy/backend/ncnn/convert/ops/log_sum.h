#pragma once

#include "mmdeploy/backend/ncnn/convert/emitter.h"

// Logarithms of sums of exponentials that do not overflow.

namespace mmdeploy::ncnn_convert {

constexpr int64_t kSub = 1;

// Blobs of which one is as large as the input, and the others have 1 along the axes.
struct ShiftedLogSum {
  std::string largest;  // of the input
  std::string shifted;  // the input without it
  std::string log_sum;  // log(sum(exp(shifted)))
};

// `axes` of a blob of `rank` axes.
ShiftedLogSum AddShiftedLogSum(const graph::Node& node, const std::string& blob,
                               const std::vector<int64_t>& axes, size_t rank, Emitter* emitter);

// The parameters of a Reduction; all axes are told as such.
void SetReduction(int64_t operation, const std::vector<int64_t>& axes, size_t rank, bool keep,
                  Layer* layer);

}  // namespace mmdeploy::ncnn_convert
