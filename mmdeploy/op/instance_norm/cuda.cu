#include <cub/block/block_reduce.cuh>

#include "mmdeploy/op/cuda/cuda.h"
#include "mmdeploy/op/instance_norm/instance_norm.h"

namespace mmdeploy::op::instance_norm {
namespace {

using Reduce = cub::BlockReduce<float, cuda::kThreads>;

// The sum of all threads of a block, for each of them.
__device__ float Sum(float value) {
  __shared__ typename Reduce::TempStorage storage;
  __shared__ float sum;
  const float reduced = Reduce(storage).Sum(value);
  if (threadIdx.x == 0) sum = reduced;
  __syncthreads();
  const float result = sum;
  __syncthreads();  // the next call overwrites it
  return result;
}

// One block per channel of an image.
__global__ void Normalize(const float* x, const float* scale, const float* bias, int64_t channels,
                          int64_t count, float epsilon, float* y) {
  const int64_t row = blockIdx.x, channel = row % channels;
  x += row * count;
  y += row * count;
  float sum = 0;
  for (int64_t i = threadIdx.x; i < count; i += blockDim.x) sum += x[i];
  const float mean = Sum(sum) / static_cast<float>(count);
  float squares = 0;
  for (int64_t i = threadIdx.x; i < count; i += blockDim.x) {
    squares += (x[i] - mean) * (x[i] - mean);
  }
  const float variance = Sum(squares) / static_cast<float>(count);
  const float factor = scale[channel] / sqrtf(variance + epsilon);
  for (int64_t i = threadIdx.x; i < count; i += blockDim.x) {
    y[i] = (x[i] - mean) * factor + bias[channel];
  }
}

}  // namespace

Result<void> RunCuda(const Attributes& attributes, OpContext& context) {
  const Tensor& input = context.input(0);
  MMDEPLOY_TRY(auto output, context.Output(0));
  const int64_t channels = input.shape()[1], rows = input.shape()[0] * channels;
  if (rows == 0 || input.num_elements() == 0) return {};
  Normalize<<<static_cast<unsigned>(rows), cuda::kThreads, 0, cuda::StreamOf(context)>>>(
      input.data<float>(), context.input(1).data<float>(), context.input(2).data<float>(), channels,
      input.num_elements() / rows, attributes.Float("epsilon"), output.data<float>());
  return cuda::Check(cudaGetLastError(), "start a kernel");
}

}  // namespace mmdeploy::op::instance_norm
