#include "mmdeploy/backend/ncnn/request.h"

#include <algorithm>

#include "mmdeploy/backend/ncnn/blob.h"
#include "mmdeploy/backend/ncnn/guard.h"

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

NcnnRequest::NcnnRequest(std::shared_ptr<const NcnnNet> net)
    : net_(std::move(net)),
      shapes_(net_->inputs().size()),
      inputs_(net_->inputs().size()),
      bound_outputs_(net_->outputs().size()),
      outputs_(net_->outputs().size()) {}

Result<void> NcnnRequest::SetShapes(Span<const Shape> shapes) {
  std::copy(shapes.begin(), shapes.end(), shapes_.begin());
  return {};
}

Result<Tensor> NcnnRequest::Input(size_t index) {
  MMDEPLOY_TRY(const auto tensor, Tensor::Allocate(DataType::kFloat32, shapes_[index]));
  MMDEPLOY_TRYV(BindInput(index, tensor));
  return tensor;
}

Result<void> NcnnRequest::BindInput(size_t index, const Tensor& tensor) {
  inputs_[index] = tensor;
  return {};
}

Result<void> NcnnRequest::BindOutput(size_t index, const Tensor& tensor) {
  bound_outputs_[index] = tensor;
  return {};
}

std::string NcnnRequest::DescribeInputs() const {
  std::string text;
  for (size_t i = 0; i < shapes_.size(); ++i) {
    text += fmt::format("{}'{}' {}", i ? ", " : "", net_->inputs()[i].name, Name(shapes_[i]));
  }
  return text;
}

Result<int64_t> NcnnRequest::BatchSize() const {
  for (const auto& shape : shapes_) {
    MMDEPLOY_ENSURE(!shape.empty() && shape[0] == shapes_[0][0], Code::kInvalidArgument,
                    "the inputs have different numbers of images");
  }
  return shapes_[0][0];
}

Result<void> NcnnRequest::SetInputs(int64_t image, ::ncnn::Extractor* extractor) {
  for (size_t i = 0; i < inputs_.size(); ++i) {
    const Shape dims = ImageDims(shapes_[i]);
    const int64_t size = dims.num_elements().value_or(0);
    const float* values = inputs_[i].empty() ? nullptr : inputs_[i].data<float>() + image * size;
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
  const Shape shape = Batched(batch, DimsOf(mat));
  const Tensor& bound = bound_outputs_[index];
  Tensor& output = outputs_[index];
  if (image == 0) {
    MMDEPLOY_ENSURE(bound.empty() || bound.shape() == shape, Code::kOutOfRange,
                    "output '{}' has shape {}, the memory given for it {}", name, Name(shape),
                    Name(bound.shape()));
    output = bound;
    if (bound.empty()) {
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
  for (size_t i = 0; i < outputs_.size(); ++i) {
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

Result<void> NcnnRequest::Run() {
  const auto run = [&]() -> Result<void> {
    MMDEPLOY_TRY(const int64_t batch, BatchSize());
    // No image at all still has outputs of a shape: that of an image of zeros.
    for (int64_t image = 0; image < std::max<int64_t>(batch, 1); ++image) {
      MMDEPLOY_TRYV(RunImage(image, batch));
    }
    return {};
  };
  auto done = Guard("run", run);
  if (done) return done;
  return MakeError(
      done.error().In(fmt::format("ncnn cannot run with inputs {}", DescribeInputs())));
}

Result<Tensor> NcnnRequest::Output(size_t index) {
  const Tensor& output = outputs_[index];
  MMDEPLOY_ENSURE(!output.shape().empty(), Code::kFail, "output '{}' was read before a run",
                  net_->outputs()[index].name);
  return output;
}

}  // namespace mmdeploy::ncnn
