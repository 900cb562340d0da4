#include "mmdeploy/op/cuda/cuda.h"

namespace mmdeploy::op::scatter_nd {
namespace {

// Dimensions by value, for kernels.
struct Dims {
  int64_t size[Shape::kMaxRank];
};

template <class Index>
Result<void> Scatter(OpContext& context, char* out) {
  const Tensor &data = context.input(0), &indices = context.input(1), &updates = context.input(2);
  const int64_t depth = indices.shape()[indices.shape().size() - 1];
  const int64_t rows = indices.num_elements() / depth;
  if (rows == 0 || updates.num_bytes() == 0) return {};
  const auto bytes = static_cast<int64_t>(updates.num_bytes()) / rows;
  Dims dims{};
  std::copy(data.shape().begin(), data.shape().end(), dims.size);
  MMDEPLOY_TRY(auto wrong, cuda::Scratch<int32_t>(context, 1));
  MMDEPLOY_TRYV(cuda::Check(
      cudaMemsetAsync(wrong.raw(), 0, sizeof(int32_t), cuda::StreamOf(context)), "clear memory"));
  const auto* index = indices.data<Index>();
  const auto* from = static_cast<const char*>(updates.raw());
  auto* flag = wrong.data<int32_t>();
  // Of equal indices any counts: ONNX leaves it open.
  MMDEPLOY_TRYV(cuda::ForEach(context, rows * bytes, [=] __device__(int64_t i) {
    const int64_t row = i / bytes;
    int64_t position = 0;
    for (int64_t k = 0; k < depth; ++k) {
      const int64_t given = index[row * depth + k];
      const int64_t at = given < 0 ? given + dims.size[k] : given;
      if (at < 0 || at >= dims.size[k]) {
        *flag = 1;
        return;
      }
      position = position * dims.size[k] + at;
    }
    out[position * bytes + i % bytes] = from[i];
  }));
  int32_t found = 0;
  MMDEPLOY_TRYV(cuda::CopyAndWait(context, &found, flag, sizeof(found)));
  MMDEPLOY_ENSURE(!found, Code::kInvalidArgument, "an index is beyond data {}", Name(data.shape()));
  return {};
}

}  // namespace

Result<void> RunCuda(const Attributes&, OpContext& context) {
  const Tensor& data = context.input(0);
  MMDEPLOY_TRY(auto output, context.Output(0));
  if (data.num_bytes() > 0) {
    MMDEPLOY_TRYV(cuda::Check(cudaMemcpyAsync(output.raw(), data.raw(), data.num_bytes(),
                                              cudaMemcpyDefault, cuda::StreamOf(context)),
                              "copy memory"));
  }
  auto* out = static_cast<char*>(output.raw());
  return context.input(1).dtype() == DataType::kInt64 ? Scatter<int64_t>(context, out)
                                                      : Scatter<int32_t>(context, out);
}

}  // namespace mmdeploy::op::scatter_nd
