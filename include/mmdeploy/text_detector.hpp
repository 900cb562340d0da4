// Generated from api/sdk.yaml by api/gen.py. Detection of text in C++.
#pragma once

#include <exception>
#include <future>
#include <memory>
#include <utility>
#include <vector>

#include "mmdeploy/common.hpp"
#include "mmdeploy/model.hpp"
#include "mmdeploy/text_detector.h"

namespace mmdeploy {
namespace cxx {

using TextDetection = mmdeploy_text_detection_t;

// Detection of text: a loaded model. Any number of threads may call Apply at the same time.
class TextDetector {
 public:
  using Result = Result_<TextDetection>;

  // Loads the model. Throws Exception.
  TextDetector(const Model& model, const Context& context) {
    mmdeploy_text_detector_t handle{};
    ThrowIfFailed(mmdeploy_text_detector_create_with_context(model, context, &handle));
    handle_.reset(handle);
  }
  TextDetector(const TextDetector&) = delete;
  TextDetector& operator=(const TextDetector&) = delete;

  // Results per image, in the order of the images; none for no images. Throws Exception.
  std::vector<Result> Apply(Span<const Mat> images) const {
    if (images.empty()) return {};
    TextDetection* results{};
    int* counts{};
    ThrowIfFailed(mmdeploy_text_detector_apply(handle_.get(), reinterpret(images.data()),
                                               static_cast<int>(images.size()), &results, &counts));
    const int size = static_cast<int>(images.size());
    std::shared_ptr<TextDetection> buffer(results, [counts, size](auto p) {
      mmdeploy_text_detector_release_result(p, counts, size);
    });
    return Result::Split(buffer, {counts, images.size()});
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
    void operator()(mmdeploy_text_detector* handle) const {
      mmdeploy_text_detector_destroy(handle);
    }
  };
  std::unique_ptr<mmdeploy_text_detector, Destroy> handle_;
};

}  // namespace cxx

using cxx::TextDetection;
using cxx::TextDetector;

}  // namespace mmdeploy
