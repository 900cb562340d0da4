#include "mmdeploy/backend/openvino/request.h"

#include <algorithm>
#include <mutex>
#include <new>
#include <shared_mutex>

#include "mmdeploy/backend/openvino/guard.h"
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

ov::Tensor OpenvinoRequest::PrepareOutput(size_t index) const {
  if (const Tensor& bound = bound_output(index); !bound.empty()) return Wrap(bound);
  // Dimensions that are known at run time only start at 0; OpenVINO sets them.
  const auto& info = net_.outputs()[index];
  ov::Shape shape;
  for (const int64_t dim : info.shape) {
    shape.push_back(static_cast<size_t>(std::max<int64_t>(dim, 0)));
  }
  return {ToOv(info.dtype), shape, ov::Allocator(PoolAllocator())};
}

Result<void> OpenvinoRequest::StoreOutput(size_t index, const ov::Tensor& tensor) {
  const auto& info = net_.outputs()[index];
  MMDEPLOY_TRY(const Shape shape, FromOv(tensor.get_shape(), info.name));
  const auto owner = std::make_shared<ov::Tensor>(tensor);
  return SetOutput(index, Tensor(owner->data(), info.dtype, shape, owner));
}

Result<void> OpenvinoRequest::RunOnce() {
  if (generation_ != net_.generation()) {
    MMDEPLOY_TRY(request_, net_.NewRequest(&generation_));
  }
  std::vector<ov::Tensor> outputs;
  MMDEPLOY_TRYV(Catch(Explain, [&] {
    for (size_t i = 0; i < net_.inputs().size(); ++i) {
      request_.set_input_tensor(i, Wrap(input(i)));
    }
    for (size_t i = 0; i < net_.outputs().size(); ++i) {
      outputs.push_back(PrepareOutput(i));
      request_.set_output_tensor(i, outputs.back());
    }
    request_.infer();
  }));
  for (size_t i = 0; i < outputs.size(); ++i) MMDEPLOY_TRYV(StoreOutput(i, outputs[i]));
  return {};
}

Result<void> OpenvinoRequest::RunAlone() {
  const std::unique_lock lock(net_.run_mutex());
  auto done = RunOnce();
  if (done) {
    net_.RememberWorking(shapes());
  } else {
    net_.Discard(generation_);
  }
  return done;
}

Result<void> OpenvinoRequest::Compute() {
  if (!net_.is_dynamic()) return RunOnce();
  if (!net_.HasWorked(shapes())) return RunAlone();
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

}  // namespace mmdeploy::openvino
