// Generated from api/sdk.yaml by api/gen.py. Key points of objects in given boxes in C++.
#pragma once

#include <exception>
#include <future>
#include <memory>
#include <utility>
#include <vector>

#include "mmdeploy/common.hpp"
#include "mmdeploy/model.hpp"
#include "mmdeploy/pose_detector.h"

namespace mmdeploy {
namespace cxx {

using PoseDetection = mmdeploy_pose_detection_t;

// Key points of objects in given boxes: a loaded model. Any number of threads may call Apply at the
// same time.
class PoseDetector {
 public:
  using Result = Result_<PoseDetection>;

  // Loads the model. Throws Exception.
  PoseDetector(const Model& model, const Context& context) {
    mmdeploy_pose_detector_t handle{};
    ThrowIfFailed(mmdeploy_pose_detector_create_with_context(model, context, &handle));
    handle_.reset(handle);
  }
  PoseDetector(const PoseDetector&) = delete;
  PoseDetector& operator=(const PoseDetector&) = delete;

  // Results of boxes, per image; `bbox_count` says how many boxes each image has, whose boxes lie
  // one after the other. Without boxes each image is one. Throws Exception.
  std::vector<Result> Apply(Span<const Mat> images, Span<const Rect> bboxes = {},
                            Span<const int> bbox_count = {}) const {
    if (images.empty()) return {};
    std::vector<int> counts(bbox_count.begin(), bbox_count.end());
    if (bboxes.empty() && counts.empty()) counts.assign(images.size(), 1);
    int total = 0;
    for (const int count : counts) total += count < 0 ? 0 : count;
    const bool whole = bbox_count.empty();
    if (counts.size() != images.size() ||
        (!whole && static_cast<std::size_t>(total) != bboxes.size())) {
      throw Exception(ErrorCode::eInvalidArgument,
                      "bbox_count needs a number per image, and bboxes as many boxes");
    }
    PoseDetection* results{};
    // An array without elements may have no address, which would mean the whole images.
    static constexpr Rect none{};
    ThrowIfFailed(mmdeploy_pose_detector_apply_bbox(handle_.get(), reinterpret(images.data()),
                                                    static_cast<int>(images.size()),
                                                    whole   ? nullptr
                                                    : total ? bboxes.data()
                                                            : &none,
                                                    whole ? nullptr : counts.data(), &results));
    std::shared_ptr<PoseDetection> buffer(
        results, [total](auto p) { mmdeploy_pose_detector_release_result(p, total); });
    return Result::Split(buffer, counts);
  }
  // The whole image is one.
  Result Apply(const Mat& image) const { return Apply(Span<const Mat>(&image, 1))[0]; }
  // Results of boxes of an image; none for no boxes.
  Result Apply(const Mat& image, Span<const Rect> bboxes) const {
    const int count = static_cast<int>(bboxes.size());
    return Apply(Span<const Mat>(&image, 1), bboxes, Span<const int>(&count, 1))[0];
  }

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
    void operator()(mmdeploy_pose_detector* handle) const {
      mmdeploy_pose_detector_destroy(handle);
    }
  };
  std::unique_ptr<mmdeploy_pose_detector, Destroy> handle_;
};

}  // namespace cxx

using cxx::PoseDetection;
using cxx::PoseDetector;

}  // namespace mmdeploy
