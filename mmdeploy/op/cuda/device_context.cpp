#include "mmdeploy/op/cuda/device_context.h"

#include <cuda_runtime.h>

#include <chrono>

namespace mmdeploy::op::cuda {
namespace {

const Device kDevice{DeviceType::kCuda, 0};

Result<void> Check(cudaError_t error, const char* what) {
  MMDEPLOY_ENSURE(error == cudaSuccess, Code::kFail, "CUDA cannot {}: {}", what,
                  cudaGetErrorString(error));
  return {};
}

Result<void> Copy(void* to, const void* from, size_t bytes) {
  if (bytes == 0) return {};
  return Check(cudaMemcpy(to, from, bytes, cudaMemcpyDefault), "copy memory");
}

}  // namespace

bool HasDevice() {
  int count = 0;
  return cudaGetDeviceCount(&count) == cudaSuccess && count > 0;
}

Result<Tensor> AllocateOnDevice(DataType dtype, const Shape& shape, void* stream) {
  const auto count = shape.num_elements();
  MMDEPLOY_ENSURE(count, Code::kOutOfRange, "shape {} is too large", Name(shape));
  const size_t bytes = static_cast<size_t>(*count) * SizeOf(dtype);
  void* data = nullptr;
  const auto cuda_stream = static_cast<cudaStream_t>(stream);
  const cudaError_t error = cudaMallocAsync(&data, std::max<size_t>(bytes, 1), cuda_stream);
  MMDEPLOY_ENSURE(error == cudaSuccess, Code::kOutOfMemory, "CUDA has no {} bytes: {}", bytes,
                  cudaGetErrorString(error));
  std::shared_ptr<void> owner(data, [cuda_stream](void* p) { cudaFreeAsync(p, cuda_stream); });
  return Tensor(data, dtype, shape, std::move(owner), kDevice);
}

Result<Tensor> DeviceContext::Output(size_t index, const Shape& shape) {
  const auto& def = op_.outputs[index];
  const DataType dtype = TypeOf(def);
  MMDEPLOY_TRY(outputs_[index], AllocateOnDevice(dtype, shape, stream_));
  return outputs_[index];
}

Result<Tensor> DeviceContext::Scratch(DataType dtype, const Shape& shape) {
  return AllocateOnDevice(dtype, shape, stream_);
}

void DeviceContext::ParallelForEach(int64_t count, const std::function<void(int64_t)>& body) {
  for (int64_t i = 0; i < count; ++i) body(i);
}

namespace {

using Tensors = std::vector<std::optional<Tensor>>;

Result<Tensors> Upload(const Tensors& inputs) {
  Tensors copies;
  for (const auto& input : inputs) {
    copies.emplace_back();
    if (!input) continue;
    MMDEPLOY_TRY(copies.back(), AllocateOnDevice(input->dtype(), input->shape(), nullptr));
    MMDEPLOY_TRYV(Copy(copies.back()->raw(), input->raw(), input->num_bytes()));
  }
  return copies;
}

// Calls op.run_cuda and waits until the device is done.
Result<void> RunTimes(const OpDef& op, const Attributes& attributes, const Tensors& inputs,
                      int times) {
  for (int i = 0; i < times; ++i) {
    DeviceContext context(op, inputs, nullptr);
    MMDEPLOY_TRYV(op::Run(op, attributes, op.run_cuda, context));
  }
  return Check(cudaDeviceSynchronize(), "finish its work");
}

}  // namespace

Result<double> MillisecondsOnDevice(const OpDef& op, const Attributes& attributes,
                                    const Tensors& inputs) {
  constexpr int kWarmUp = 10, kTimes = 100;
  MMDEPLOY_TRY(const auto copies, Upload(inputs));
  MMDEPLOY_TRYV(RunTimes(op, attributes, copies, kWarmUp));
  const auto start = std::chrono::steady_clock::now();
  MMDEPLOY_TRYV(RunTimes(op, attributes, copies, kTimes));
  const std::chrono::duration<double, std::milli> passed = std::chrono::steady_clock::now() - start;
  return passed.count() / kTimes;
}

Result<std::vector<Tensor>> RunOnDevice(const OpDef& op, const Attributes& attributes,
                                        const Tensors& inputs) {
  MMDEPLOY_TRY(auto copies, Upload(inputs));
  DeviceContext context(op, std::move(copies), nullptr);
  MMDEPLOY_TRYV(op::Run(op, attributes, op.run_cuda, context));
  MMDEPLOY_TRYV(Check(cudaDeviceSynchronize(), "finish its work"));
  std::vector<Tensor> outputs;
  for (const auto& output : context.outputs()) {
    MMDEPLOY_TRY(outputs.emplace_back(), Tensor::Allocate(output.dtype(), output.shape()));
    MMDEPLOY_TRYV(Copy(outputs.back().raw(), output.raw(), output.num_bytes()));
  }
  return outputs;
}

}  // namespace mmdeploy::op::cuda
