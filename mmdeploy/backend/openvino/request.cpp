#include "mmdeploy/backend/openvino/request.h"

#include <algorithm>
#include <mutex>
#include <new>
#include <shared_mutex>

#include "mmdeploy/backend/openvino/tidy.h"
#include "mmdeploy/backend/openvino/types.h"
#include "mmdeploy/base/buffer_pool.h"

namespace mmdeploy::openvino {
namespace {

// Memory of one output. OpenVINO asks for it when it knows the shape, which may be at run time.
class PoolAllocator {
 public:
  void* allocate(size_t bytes, size_t) {
    auto buffer = BufferPool::Shared().Acquire(bytes);
    if (!buffer) throw std::bad_alloc();  // into OpenVINO, caught around the run
    buffer_ = std::move(*buffer);
    return buffer_.get();
  }

  void deallocate(void*, size_t, size_t) noexcept { buffer_.reset(); }

  bool is_equal(const PoolAllocator& other) const { return this == &other; }

 private:
  std::shared_ptr<void> buffer_;
};

// The caller's memory. A tensor without elements may have none, which OpenVINO does not accept.
ov::Tensor Wrap(const Tensor& tensor) {
  static char nothing[BufferPool::kAlignment];
  void* data = tensor.raw() ? tensor.raw() : nothing;
  return {ToOv(tensor.dtype()), ToOv(tensor.shape()), data};
}

}  // namespace

OpenvinoRequest::OpenvinoRequest(const OpenvinoNet& net)
    : net_(net),
      shapes_(net.inputs().size()),
      inputs_(net.inputs().size()),
      bound_outputs_(net.outputs().size()),
      outputs_(net.outputs().size()) {}

Result<void> OpenvinoRequest::SetShapes(Span<const Shape> shapes) {
  std::copy(shapes.begin(), shapes.end(), shapes_.begin());
  return {};
}

Result<Tensor> OpenvinoRequest::Input(size_t index) {
  MMDEPLOY_TRY(const auto tensor, Tensor::Allocate(net_.inputs()[index].dtype, shapes_[index]));
  MMDEPLOY_TRYV(BindInput(index, tensor));
  return tensor;
}

Result<void> OpenvinoRequest::BindInput(size_t index, const Tensor& tensor) {
  inputs_[index] = tensor;
  return {};
}

Result<void> OpenvinoRequest::BindOutput(size_t index, const Tensor& tensor) {
  bound_outputs_[index] = tensor;
  return {};
}

Result<void> OpenvinoRequest::PrepareOutput(size_t index) {
  const auto& info = net_.outputs()[index];
  const Tensor& bound = bound_outputs_[index];
  return Guard(fmt::format("provide memory for output '{}'", info.name), [&] {
    if (!bound.empty()) {
      outputs_[index] = std::make_shared<ov::Tensor>(Wrap(bound));
    } else {
      // Dimensions that are known at run time only start at 0; OpenVINO sets them.
      ov::Shape shape;
      for (const int64_t dim : info.shape) {
        shape.push_back(static_cast<size_t>(std::max<int64_t>(dim, 0)));
      }
      outputs_[index] =
          std::make_shared<ov::Tensor>(ToOv(info.dtype), shape, ov::Allocator(PoolAllocator()));
    }
    request_.set_output_tensor(index, *outputs_[index]);
  });
}

std::string OpenvinoRequest::DescribeInputs() const {
  std::string text;
  for (size_t i = 0; i < shapes_.size(); ++i) {
    text += fmt::format("{}'{}' {}", i ? ", " : "", net_.inputs()[i].name, Name(shapes_[i]));
  }
  return text;
}

Result<void> OpenvinoRequest::RunOnce() {
  if (generation_ != net_.generation()) {
    MMDEPLOY_TRY(request_, net_.NewRequest(&generation_));
  }
  for (size_t i = 0; i < inputs_.size(); ++i) {
    MMDEPLOY_TRYV(Guard(fmt::format("take input '{}'", net_.inputs()[i].name),
                        [&] { request_.set_input_tensor(i, Wrap(inputs_[i])); }));
  }
  for (size_t i = 0; i < outputs_.size(); ++i) MMDEPLOY_TRYV(PrepareOutput(i));
  return Guard(fmt::format("run with inputs {}", DescribeInputs()), [&] { request_.infer(); });
}

Result<void> OpenvinoRequest::RunAlone() {
  const std::unique_lock lock(net_.run_mutex());
  auto done = RunOnce();
  if (done) {
    net_.RememberWorking(shapes_);
  } else {
    net_.Discard(generation_);
  }
  return done;
}

Result<void> OpenvinoRequest::Run() {
  if (!net_.is_dynamic()) return RunOnce();
  if (!net_.HasWorked(shapes_)) return RunAlone();
  const std::shared_lock lock(net_.run_mutex());
  while (true) {
    auto done = RunOnce();
    // Shapes that have worked fail for other reasons only; such a failure of somebody else may have
    // spoilt this run as well.
    if (generation_ != net_.generation()) continue;
    if (!done) net_.Discard(generation_);
    return done;
  }
}

Result<Tensor> OpenvinoRequest::Output(size_t index) {
  const auto& info = net_.outputs()[index];
  const auto tensor = outputs_[index];
  MMDEPLOY_ENSURE(tensor, Code::kFail, "output '{}' was read before a run", info.name);
  MMDEPLOY_TRY(const Shape shape, FromOv(tensor->get_shape(), info.name));
  const Tensor& bound = bound_outputs_[index];
  MMDEPLOY_ENSURE(bound.empty() || shape == bound.shape(), Code::kOutOfRange,
                  "output '{}' has shape {}, the memory given for it {}", info.name, Name(shape),
                  Name(bound.shape()));
  return Tensor(tensor->data(), info.dtype, shape, tensor);
}

}  // namespace mmdeploy::openvino
