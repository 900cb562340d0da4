#include "mmdeploy/backend/ncnn/ops/context.h"

#include <algorithm>

#include "mmdeploy/backend/ncnn/blob.h"

namespace mmdeploy::ncnn {
namespace {

// Whether the values lie one after the other.
bool IsTight(const ::ncnn::Mat& blob) {
  const auto size =
      static_cast<size_t>(blob.w) * static_cast<size_t>(blob.h) * static_cast<size_t>(blob.d);
  return blob.c == 1 || blob.cstep == size;
}

bool HasBit(int mask, size_t index) { return (mask >> index & 1) != 0; }

Shape WithoutFirst(const Shape& shape) {
  return Shape(Span<const int64_t>(shape.begin() + 1, shape.size() - 1));
}

Shape WithBatch(const Shape& dims) {
  std::vector<int64_t> shape{1};
  shape.insert(shape.end(), dims.begin(), dims.end());
  return Shape(shape);
}

// All that is no float32 in the operator is in ncnn nevertheless.
template <class To, class From>
void Convert(const From* values, int64_t count, To* converted) {
  std::transform(values, values + count, converted, [](From v) { return static_cast<To>(v); });
}

Result<Tensor> ToElementType(const Tensor& tensor, DataType dtype) {
  if (dtype == DataType::kFloat32) return tensor;
  MMDEPLOY_TRY(auto converted, Tensor::Allocate(dtype, tensor.shape()));
  const int64_t count = tensor.num_elements();
  if (dtype == DataType::kInt64) {
    Convert(tensor.data<float>(), count, converted.data<int64_t>());
  } else {
    Convert(tensor.data<float>(), count, converted.data<int32_t>());
  }
  return converted;
}

// The element type of ours that stands for float32 of ncnn.
DataType ChooseType(const op::InputDef& def) {
  const auto& allowed = def.dtypes;
  const bool takes_floats = allowed.empty() || std::find(allowed.begin(), allowed.end(),
                                                         DataType::kFloat32) != allowed.end();
  return takes_floats ? DataType::kFloat32 : allowed.front();
}

Result<Tensor> ToTensor(const ::ncnn::Mat& blob, bool lacks_batch) {
  const Shape dims = DimsOf(blob);
  const Shape shape = lacks_batch ? WithBatch(dims) : dims;
  if (IsTight(blob)) return Tensor(blob.data, DataType::kFloat32, shape);
  MMDEPLOY_TRY(auto tensor, Tensor::Allocate(DataType::kFloat32, shape));
  CopyValues(blob, tensor.data<float>());
  return tensor;
}

}  // namespace

Result<void> NcnnOpContext::ReadInputs(const std::vector<::ncnn::Mat>& blobs) {
  for (size_t i = 0; i < blobs.size(); ++i) {
    MMDEPLOY_TRY(const auto tensor, ToTensor(blobs[i], HasBit(masks_.inputs, i)));
    const auto* def = op::FindInput(op_, i);
    MMDEPLOY_TRY(inputs_.emplace_back(),
                 ToElementType(tensor, def ? ChooseType(*def) : DataType::kFloat32));
  }
  return {};
}

Result<Tensor> NcnnOpContext::Output(size_t index, const Shape& shape) {
  const auto& def = op_.outputs[index];
  const bool drops_batch = HasBit(masks_.outputs, index);
  MMDEPLOY_ENSURE(!drops_batch || (!shape.empty() && shape[0] == 1), Code::kNotSupported,
                  "output '{}' has shape {}, ncnn takes one image at a time", def.name,
                  Name(shape));
  const Shape dims = drops_batch ? WithoutFirst(shape) : shape;
  auto blob = ToBlob(nullptr, dims, option_.blob_allocator);
  if (!blob) return MakeError(blob.error().In(fmt::format("output '{}'", def.name)));
  blobs_[index] = *blob;
  const DataType dtype = TypeOf(def);
  if (dtype == DataType::kFloat32 && IsTight(*blob)) return Tensor(blob->data, dtype, shape);
  MMDEPLOY_TRY(outputs_[index], Tensor::Allocate(dtype, shape));
  return outputs_[index];
}

void NcnnOpContext::Finish() {
  for (size_t i = 0; i < outputs_.size(); ++i) {
    const Tensor& tensor = outputs_[i];
    if (tensor.empty()) continue;
    ::ncnn::Mat& blob = blobs_[i];
    const int64_t size = tensor.num_elements() / blob.c;
    for (int c = 0; c < blob.c; ++c) {
      float* channel = blob.channel(c);
      const int64_t begin = c * size;
      if (tensor.dtype() == DataType::kFloat32) {
        std::copy_n(tensor.data<float>() + begin, size, channel);
      } else if (tensor.dtype() == DataType::kInt64) {
        Convert(tensor.data<int64_t>() + begin, size, channel);
      } else {
        Convert(tensor.data<int32_t>() + begin, size, channel);
      }
    }
  }
}

void NcnnOpContext::ParallelForEach(int64_t count, const std::function<void(int64_t)>& body) {
#pragma omp parallel for num_threads(option_.num_threads) schedule(dynamic)
  for (int64_t i = 0; i < count; ++i) body(i);
}

}  // namespace mmdeploy::ncnn
