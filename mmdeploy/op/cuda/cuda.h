#pragma once

#include <cuda_runtime.h>

#include <algorithm>

#include "mmdeploy/op/op.h"

// What CUDA kernels of operators share; for .cu files.

namespace mmdeploy::op::cuda {

inline Result<void> Check(cudaError_t error, const char* what) {
  MMDEPLOY_ENSURE(error == cudaSuccess, Code::kFail, "CUDA cannot {}: {}", what,
                  cudaGetErrorString(error));
  return {};
}

inline cudaStream_t StreamOf(const OpContext& context) {
  return static_cast<cudaStream_t>(context.stream());
}

constexpr int kThreads = 256;

template <class F>
__global__ void CallForEach(int64_t count, F f) {
  const int64_t step = int64_t{gridDim.x} * blockDim.x;
  for (int64_t i = int64_t{blockIdx.x} * blockDim.x + threadIdx.x; i < count; i += step) f(i);
}

// Calls f(i) on the device for 0 <= i < count, in the context's stream: f is a lambda with
// __device__ that takes an int64_t.
template <class F>
Result<void> ForEach(const OpContext& context, int64_t count, F f) {
  if (count <= 0) return {};
  constexpr int64_t kMaxBlocks = 1 << 20;
  const auto blocks =
      static_cast<unsigned>(std::min((count + kThreads - 1) / kThreads, kMaxBlocks));
  CallForEach<<<blocks, kThreads, 0, StreamOf(context)>>>(count, f);
  return Check(cudaGetLastError(), "start a kernel");
}

// Copies between host and device and waits for it, and for what is in the stream before.
inline Result<void> CopyAndWait(const OpContext& context, void* to, const void* from,
                                size_t bytes) {
  MMDEPLOY_TRYV(
      Check(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDefault, StreamOf(context)), "copy memory"));
  return Check(cudaStreamSynchronize(StreamOf(context)), "finish its work");
}

// A tensor of the device in host memory.
inline Result<Tensor> ToHost(const OpContext& context, const Tensor& tensor) {
  MMDEPLOY_TRY(auto copy, Tensor::Allocate(tensor.dtype(), tensor.shape()));
  if (tensor.num_bytes() > 0) {
    MMDEPLOY_TRYV(CopyAndWait(context, copy.raw(), tensor.raw(), tensor.num_bytes()));
  }
  return copy;
}

// Memory of a call as T.
template <class T>
Result<Tensor> Scratch(OpContext& context, int64_t count) {
  return context.Scratch(DataTypeOf<T>::value, {count});
}

}  // namespace mmdeploy::op::cuda
