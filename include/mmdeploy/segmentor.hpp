// Generated from api/sdk.yaml by api/gen.py. Semantic segmentation in C++.
#pragma once

#include <exception>
#include <future>
#include <memory>
#include <utility>
#include <vector>

#include "mmdeploy/common.hpp"
#include "mmdeploy/model.hpp"
#include "mmdeploy/segmentor.h"

namespace mmdeploy {
namespace cxx {

using Segmentation = mmdeploy_segmentation_t;

// Semantic segmentation: a loaded model. Any number of threads may call Apply at the same time.
class Segmentor {
 public:
  using Result = Result_<Segmentation>;

  // Loads the model. Throws Exception.
  Segmentor(const Model& model, const Context& context) {
    mmdeploy_segmentor_t handle{};
    ThrowIfFailed(mmdeploy_segmentor_create_with_context(model, context, &handle));
    handle_.reset(handle);
  }
  Segmentor(const Segmentor&) = delete;
  Segmentor& operator=(const Segmentor&) = delete;

  // Results per image, in the order of the images; none for no images. Throws Exception.
  std::vector<Result> Apply(Span<const Mat> images) const {
    if (images.empty()) return {};
    Segmentation* results{};
    ThrowIfFailed(mmdeploy_segmentor_apply(handle_.get(), reinterpret(images.data()),
                                           static_cast<int>(images.size()), &results));
    const int size = static_cast<int>(images.size());
    std::shared_ptr<Segmentation> buffer(
        results, [size](auto p) { mmdeploy_segmentor_release_result(p, size); });
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
    void operator()(mmdeploy_segmentor* handle) const { mmdeploy_segmentor_destroy(handle); }
  };
  std::unique_ptr<mmdeploy_segmentor, Destroy> handle_;
};

}  // namespace cxx

using cxx::Segmentation;
using cxx::Segmentor;

}  // namespace mmdeploy
