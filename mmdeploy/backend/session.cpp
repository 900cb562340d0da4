#include "mmdeploy/backend/session.h"

#include <mutex>

#include "mmdeploy/backend/guard.h"
#include "mmdeploy/backend/turns.h"

namespace mmdeploy {

// Requests that nobody uses at the moment.
class Session::RequestPool {
 public:
  explicit RequestPool(const Net& net) : net_(net) {}

  Result<std::unique_ptr<Request>> Take() {
    {
      const std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        auto request = std::move(idle_.back());
        idle_.pop_back();
        return request;
      }
    }
    return net_.CreateRequest();
  }

  void Give(std::unique_ptr<Request> request) {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(request));
  }

 private:
  const Net& net_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Request>> idle_;
};

// What callers share.
struct Session::Callers {
  RequestPool pool;
  Turns turns;

  explicit Callers(const Net& net) : pool(net), turns(net.max_concurrent_runs()) {}
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
                                       const std::vector<TensorInfo>& infos) {
  std::vector<Shape> shapes;
  for (const auto& input : inputs) shapes.push_back(input.shape());
  MMDEPLOY_TRYV(request.SetShapes(shapes));
  for (size_t i = 0; i < inputs.size(); ++i) MMDEPLOY_TRYV(request.BindInput(i, inputs[i]));
  MMDEPLOY_TRYV(request.Run());
  std::vector<Tensor> outputs;
  for (const TensorInfo& info : infos) {
    MMDEPLOY_TRY(auto output, request.Output(outputs.size()));
    MMDEPLOY_ENSURE(output.device() == info.device, Code::kFail,
                    "output '{}' lies on {}, the engine had said {}", info.name,
                    Name(output.device()), Name(info.device));
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
    : net_(std::move(net)),
      name_(std::move(name)),
      callers_(std::make_unique<PerProcess<Callers>>(
          [net = net_] { return std::make_unique<Callers>(*net); })) {}

Session::~Session() = default;

Result<void> Session::Check(Span<const Tensor> inputs) const {
  const auto& infos = net_->inputs();
  MMDEPLOY_ENSURE(inputs.size() == infos.size(), Code::kInvalidArgument,
                  "{} inputs given, the network takes {}", inputs.size(), infos.size());
  for (size_t i = 0; i < inputs.size(); ++i) {
    MMDEPLOY_ENSURE(!inputs[i].empty() || inputs[i].num_elements() == 0, Code::kInvalidArgument,
                    "input '{}' has no data", infos[i].name);
    MMDEPLOY_TRYV(CheckInput(infos[i], inputs[i].dtype(), inputs[i].shape()));
    MMDEPLOY_ENSURE(inputs[i].device() == infos[i].device, Code::kInvalidArgument,
                    "input '{}' lies on {}, the network takes it from {}", infos[i].name,
                    Name(inputs[i].device()), Name(infos[i].device));
  }
  return {};
}

Result<std::vector<Tensor>> Session::RunChecked(Span<const Tensor> inputs) const {
  RequestPool& pool = callers_->Get().pool;
  MMDEPLOY_TRY(auto request, pool.Take());
  auto outputs = RunRequest(*request, inputs, net_->outputs());
  // A request that failed is dropped: its state is not known.
  if (outputs) pool.Give(std::move(request));
  return outputs;
}

Result<std::vector<Tensor>> Session::Run(Span<const Tensor> inputs) const {
  auto done = Check(inputs);
  Result<std::vector<Tensor>> outputs;
  if (done) {
    const auto explain = [](const std::exception& error) { return JoinLines(error.what()); };
    const auto run = [&] { outputs = Catch(explain, [&] { return RunChecked(inputs); }); };
    done = callers_->Get().turns.Run([&] { RunOnOwnThread(run); });
  }
  if (!done) outputs = MakeError(done.error());
  if (!outputs) return MakeError(outputs.error().In(name_));
  return outputs;
}

}  // namespace mmdeploy
