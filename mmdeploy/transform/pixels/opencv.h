#pragma once

// For .cpp files only: OpenCV stays out of the headers that other folders see.

#include <cstdint>
#include <exception>
#include <functional>
#include <opencv2/core.hpp>
#include <string_view>

#include "mmdeploy/base/result.h"
#include "mmdeploy/base/tensor.h"

namespace mmdeploy {

// OpenCV's depth of uint8 and float32 elements.
inline int CvDepth(DataType dtype) { return dtype == DataType::kUint8 ? CV_8U : CV_32F; }

// A [H,W,C] tensor as a matrix over the same memory. OpenCV wants a mutable pointer even for what
// it only reads.
inline cv::Mat AsMat(const Tensor& img) {
  const auto& shape = img.shape();
  return cv::Mat(static_cast<int>(shape[0]), static_cast<int>(shape[1]),
                 CV_MAKETYPE(CvDepth(img.dtype()), static_cast<int>(shape[2])), img.raw());
}

// Runs `call`, in which OpenCV makes so many pixels, on the calling thread alone.
void KeepOnThread(int64_t pixels, const std::function<void()>& call);

// Pixels of functions that share any work out among OpenCV's threads, and of those that share none.
constexpr int64_t kAnyPixels = INT64_MAX, kNoPixels = 0;

// The same with what OpenCV throws as an error. `what` is the function that is called.
template <class F>
Result<void> CallOpenCv(std::string_view what, int64_t pixels, const F& call) {
  try {
    KeepOnThread(pixels, call);
  } catch (const std::exception& e) {
    return MakeError(Code::kFail, "{}: {}", what, e.what());
  } catch (...) {
    return MakeError(Code::kFail, "{}: unknown exception", what);
  }
  return {};
}

}  // namespace mmdeploy
