// Generated from api/sdk.yaml by api/gen.py. Image restoration, for example super resolution in
// C++.
#pragma once

#include <exception>
#include <future>
#include <memory>
#include <utility>
#include <vector>

#include "mmdeploy/common.hpp"
#include "mmdeploy/model.hpp"
#include "mmdeploy/restorer.h"

namespace mmdeploy {
namespace cxx {

using Restoration = mmdeploy_mat_t;

// Image restoration, for example super resolution: a loaded model. Any number of threads may call
// Apply at the same time.
class Restorer {
 public:
  using Result = Result_<Restoration>;

  // Loads the model. Throws Exception.
  Restorer(const Model& model, const Context& context) {
    mmdeploy_restorer_t handle{};
    ThrowIfFailed(mmdeploy_restorer_create_with_context(model, context, &handle));
    handle_.reset(handle);
  }
  Restorer(const Restorer&) = delete;
  Restorer& operator=(const Restorer&) = delete;

  // Results per image, in the order of the images; none for no images. Throws Exception.
  std::vector<Result> Apply(Span<const Mat> images) const {
    if (images.empty()) return {};
    Restoration* results{};
    ThrowIfFailed(mmdeploy_restorer_apply(handle_.get(), reinterpret(images.data()),
                                          static_cast<int>(images.size()), &results));
    const int size = static_cast<int>(images.size());
    std::shared_ptr<Restoration> buffer(
        results, [size](auto p) { mmdeploy_restorer_release_result(p, size); });
    return Result::Split(buffer, std::vector<int>(images.size(), 1));
  }
  Result Apply(const Mat& image) const { return Apply(Span<const Mat>(&image, 1))[0]; }

  // The same on a scheduler. Pixels, and this object, must live until the future is ready; a
  // failure is thrown by its get().
  std::future<std::vector<Result>> ApplyAsync(std::vector<Mat> images,
                                              const Scheduler& scheduler) const {
    auto promise = std::make_shared<std::promise<std::vector<Result>>>();
    scheduler.Execute(
        [this, images = std::move(images), promise] { Fulfil(images, promise.get()); });
    return promise->get_future();
  }

  // Calls `done` with a future that is ready, on the scheduler; it must not throw.
  template <class Done>
  void ApplyAsync(std::vector<Mat> images, const Scheduler& scheduler, Done done) const {
    scheduler.Execute([this, images = std::move(images), done = std::move(done)]() mutable {
      std::promise<std::vector<Result>> promise;
      Fulfil(images, &promise);
      done(promise.get_future());
    });
  }

 private:
  void Fulfil(const std::vector<Mat>& images, std::promise<std::vector<Result>>* promise) const {
    try {
      promise->set_value(Apply(images));
    } catch (...) {
      promise->set_exception(std::current_exception());
    }
  }

  struct Destroy {
    void operator()(mmdeploy_restorer* handle) const { mmdeploy_restorer_destroy(handle); }
  };
  std::unique_ptr<mmdeploy_restorer, Destroy> handle_;
};

}  // namespace cxx

using cxx::Restoration;
using cxx::Restorer;

}  // namespace mmdeploy
