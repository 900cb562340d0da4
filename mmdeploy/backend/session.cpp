#include "mmdeploy/backend/session.h"

#include <condition_variable>
#include <mutex>

namespace mmdeploy {

class Session::RequestPool {
 public:
  RequestPool(const Net& net) : net_(net), max_running_(net.max_concurrent_runs()) {}

  // Waits until this caller may run.
  Result<std::unique_ptr<Request>> Take() {
    std::unique_lock lock(mutex_);
    may_run_.wait(lock, [&] { return max_running_ == 0 || running_ < max_running_; });
    ++running_;
    if (!idle_.empty()) {
      auto request = std::move(idle_.back());
      idle_.pop_back();
      return request;
    }
    lock.unlock();
    auto request = net_.CreateRequest();
    if (!request) Leave();
    return request;
  }

  // A request that failed is dropped: its state is not known.
  void Give(std::unique_ptr<Request> request, bool reusable) {
    {
      std::lock_guard lock(mutex_);
      if (reusable) idle_.push_back(std::move(request));
    }
    Leave();
  }

 private:
  void Leave() {
    {
      std::lock_guard lock(mutex_);
      --running_;
    }
    may_run_.notify_one();
  }

  const Net& net_;
  const int max_running_;
  std::mutex mutex_;
  std::condition_variable may_run_;
  int running_ = 0;
  std::vector<std::unique_ptr<Request>> idle_;
};

namespace {

bool Fits(const TensorInfo& info, const Shape& shape) {
  if (shape.size() != info.shape.size()) return false;
  for (size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] < 0) continue;  // known at run time only, checked again then
    if (info.shape[i] >= 0 && shape[i] != info.shape[i]) return false;
    if (!info.min_shape.empty() && shape[i] < info.min_shape[i]) return false;
    if (!info.max_shape.empty() && shape[i] > info.max_shape[i]) return false;
  }
  return true;
}

Result<std::vector<Tensor>> RunRequest(Request& request, Span<const Tensor> inputs,
                                       size_t num_outputs) {
  std::vector<Shape> shapes;
  for (const auto& input : inputs) shapes.push_back(input.shape());
  MMDEPLOY_TRYV(request.SetShapes(shapes));
  for (size_t i = 0; i < inputs.size(); ++i) MMDEPLOY_TRYV(request.BindInput(i, inputs[i]));
  MMDEPLOY_TRYV(request.Run());
  std::vector<Tensor> outputs;
  for (size_t i = 0; i < num_outputs; ++i) {
    MMDEPLOY_TRY(auto output, request.Output(i));
    outputs.push_back(std::move(output));
  }
  return outputs;
}

}  // namespace

std::string Describe(const TensorInfo& info) {
  auto text = fmt::format("{} {}", Name(info.dtype), Name(info.shape));
  if (!info.min_shape.empty()) {
    text += fmt::format(" ({} .. {})", Name(info.min_shape), Name(info.max_shape));
  }
  return text;
}

Result<void> CheckInput(const TensorInfo& info, DataType dtype, const Shape& shape) {
  MMDEPLOY_ENSURE(dtype == info.dtype, Code::kInvalidArgument,
                  "input '{}' has element type {}, the network takes {}", info.name, Name(dtype),
                  Name(info.dtype));
  MMDEPLOY_ENSURE(Fits(info, shape), Code::kOutOfRange,
                  "input '{}' has shape {}, the network takes {}", info.name, Name(shape),
                  Describe(info));
  return {};
}

Session::Session(std::shared_ptr<const Net> net, std::string name)
    : net_(std::move(net)), name_(std::move(name)), pool_(std::make_unique<RequestPool>(*net_)) {}

Session::~Session() = default;

Result<void> Session::Check(Span<const Tensor> inputs) const {
  const auto& infos = net_->inputs();
  MMDEPLOY_ENSURE(inputs.size() == infos.size(), Code::kInvalidArgument,
                  "{} inputs given, the network takes {}", inputs.size(), infos.size());
  for (size_t i = 0; i < inputs.size(); ++i) {
    MMDEPLOY_ENSURE(!inputs[i].empty() || inputs[i].num_elements() == 0, Code::kInvalidArgument,
                    "input '{}' has no data", infos[i].name);
    MMDEPLOY_TRYV(CheckInput(infos[i], inputs[i].dtype(), inputs[i].shape()));
  }
  return {};
}

Result<std::vector<Tensor>> Session::Run(Span<const Tensor> inputs) const {
  if (auto checked = Check(inputs); !checked) return MakeError(checked.error().In(name_));
  auto request = pool_->Take();
  if (!request) return MakeError(request.error().In(name_));
  auto outputs = RunRequest(**request, inputs, net_->outputs().size());
  pool_->Give(std::move(*request), outputs.has_value());
  if (!outputs) return MakeError(outputs.error().In(name_));
  return outputs;
}

}  // namespace mmdeploy
