#pragma once

// For .cpp files only: OpenCV stays out of the headers that other folders see.

#include <exception>
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

// Calls OpenCV on the calling thread alone and turns what it throws into an error.
//
// A call from inside cv::parallel_for_ is nested, and nested calls are serial: that keeps OpenCV's
// threads out of a call that was allowed one thread, without cv::setNumThreads, which would change
// the setting of the whole process.
template <class F>
Result<void> CallOpenCv(std::string_view what, const F& call) {
  try {
    cv::parallel_for_(cv::Range(0, 1), [&](const cv::Range&) { call(); });
  } catch (const std::exception& e) {
    return MakeError(Code::kFail, "{}: {}", what, e.what());
  } catch (...) {
    return MakeError(Code::kFail, "{}: unknown exception", what);
  }
  return {};
}

}  // namespace mmdeploy
