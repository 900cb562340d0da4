#pragma once

#include <ncnn/mat.h>

#include "mmdeploy/base/result.h"
#include "mmdeploy/base/shape.h"

// Between tensors, which lie tight in memory, and blobs of ncnn, whose channels are aligned. The
// dimensions are those of one image: [w], [h,w], [c,h,w] or [c,d,h,w].

namespace mmdeploy::ncnn {

// The blob of these values; zeros for nullptr. Errors: kNotSupported for more than four dimensions,
// kOutOfMemory.
Result<::ncnn::Mat> ToBlob(const float* values, const Shape& dims, ::ncnn::Allocator* allocator);

// The dimensions of a blob.
Shape DimsOf(const ::ncnn::Mat& blob);

// Copies the values of a float32 blob.
void CopyValues(const ::ncnn::Mat& blob, float* values);

}  // namespace mmdeploy::ncnn
