#include "mmdeploy/backend/ncnn/request.h"

#include <algorithm>

#include "mmdeploy/backend/guard.h"
#include "mmdeploy/backend/ncnn/blob.h"

namespace mmdeploy::ncnn {
namespace {

// The dimensions behind the batch.
Shape ImageDims(const Shape& shape) {
  return Shape(Span<const int64_t>(shape.data() + 1, shape.size() - 1));
}

Shape Batched(int64_t batch, const Shape& dims) {
  std::vector<int64_t> shape{batch};
  shape.insert(shape.end(), dims.begin(), dims.end());
  return Shape(shape);
}

}  // namespace

Result<int64_t> NcnnRequest::BatchSize() const {
  for (const auto& shape : shapes()) {
    MMDEPLOY_ENSURE(!shape.empty() && shape[0] == shapes()[0][0], Code::kInvalidArgument,
                    "the inputs have different numbers of images");
  }
  return shapes()[0][0];
}

Result<void> NcnnRequest::SetInputs(int64_t image, ::ncnn::Extractor* extractor) {
  for (size_t i = 0; i < net_->inputs().size(); ++i) {
    const Shape dims = ImageDims(shapes()[i]);
    const int64_t size = dims.num_elements().value_or(0);
    const float* values = input(i).empty() ? nullptr : input(i).data<float>() + image * size;
    auto blob = ToBlob(values, dims, &blob_allocator_);
    if (!blob) return MakeError(blob.error().In(fmt::format("input '{}'", net_->inputs()[i].name)));
    extractor->input(net_->input_blobs()[i], *blob);
  }
  return {};
}

// Copies one image's values of an output; the first image tells the shape.
Result<void> NcnnRequest::Store(size_t index, const ::ncnn::Mat& mat, int64_t image,
                                int64_t batch) {
  const auto& name = net_->outputs()[index].name;
  MMDEPLOY_ENSURE(mat.elembits() == 32 && mat.elempack == 1, Code::kNotSupported,
                  "output '{}' is not float32", name);
  const Shape dims = DimsOf(mat);
  // One number per image, in whatever blob.
  const bool is_scalar = net_->outputs()[index].shape.size() == 1 && dims.num_elements() == 1;
  const Shape shape = is_scalar ? Shape({batch}) : Batched(batch, dims);
  Tensor& output = stored_[index];
  if (image == 0) {
    MMDEPLOY_TRYV(CheckBound(index, DataType::kFloat32, shape));
    output = bound_output(index);
    if (output.empty()) {
      MMDEPLOY_TRY(output, Tensor::Allocate(DataType::kFloat32, shape));
    }
  }
  MMDEPLOY_ENSURE(output.shape() == shape, Code::kFail,
                  "output '{}' has shape {} for image {}, {} for those before", name, Name(shape),
                  image, Name(output.shape()));
  if (batch > 0) {
    CopyValues(mat, output.data<float>() + image * (output.num_elements() / batch));
  }
  return {};
}

Result<void> NcnnRequest::RunImage(int64_t image, int64_t batch) {
  auto extractor = net_->net().create_extractor();
  extractor.set_blob_allocator(&blob_allocator_);
  extractor.set_workspace_allocator(&workspace_allocator_);
  MMDEPLOY_TRYV(SetInputs(image, &extractor));
  GuardedNet::TakeRunError();
  for (size_t i = 0; i < stored_.size(); ++i) {
    ::ncnn::Mat mat;
    const int code = extractor.extract(net_->output_blobs()[i], mat);
    if (code != 0 || mat.empty()) {
      auto reason = GuardedNet::TakeRunError();
      if (reason.empty()) reason = fmt::format("ncnn answered {}", code);
      return MakeError(Code::kFail, "{}", reason);
    }
    MMDEPLOY_TRYV(Store(i, mat, image, batch));
  }
  return {};
}

Result<void> NcnnRequest::Compute() {
  const auto explain = [](const std::exception& error) { return JoinLines(error.what()); };
  return Catch(explain, [&]() -> Result<void> {
    MMDEPLOY_TRY(const int64_t batch, BatchSize());
    // No image at all still has outputs of a shape: that of an image of zeros.
    for (int64_t image = 0; image < std::max<int64_t>(batch, 1); ++image) {
      MMDEPLOY_TRYV(RunImage(image, batch));
    }
    for (size_t i = 0; i < stored_.size(); ++i) MMDEPLOY_TRYV(SetOutput(i, std::move(stored_[i])));
    return {};
  });
}

}  // namespace mmdeploy::ncnn
