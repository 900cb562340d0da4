#pragma once

#include <ncnn/allocator.h>
#include <ncnn/mat.h>

#include <optional>
#include <vector>

// The blobs of custom layers as dense arrays: dimensions outermost first, values without the gaps
// between channels.

namespace mmdeploy::ncnn {

struct Dense {
  std::vector<int> dims;
  std::vector<float> values;

  // Product of the dimensions [begin, end).
  size_t Count(size_t begin, size_t end) const;
  size_t Count() const { return Count(0, dims.size()); }
};

Dense ToDense(const ::ncnn::Mat& blob);

// What a layer answers for whole numbers that float32 may have rounded.
constexpr int kRounded = -103;

// Makes `*blob`; what a layer's forward answers: 0, or -100 without memory, or -1 for a shape that
// no blob has (an empty one, more than four dimensions).
int FromDense(const Dense& dense, ::ncnn::Allocator* allocator, ::ncnn::Mat* blob);

// The numbers of a blob that holds a shape, without the batch; nothing if one is not in 1..2^24.
std::optional<std::vector<int>> ReadShape(const ::ncnn::Mat& blob);

// An axis from 0 on; -1 if it does not exist.
int ResolveAxis(int axis, size_t rank);

}  // namespace mmdeploy::ncnn
