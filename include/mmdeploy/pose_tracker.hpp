// Objects and their key points through videos in C++.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "mmdeploy/common.hpp"
#include "mmdeploy/model.hpp"
#include "mmdeploy/pose_tracker.h"

namespace mmdeploy {
namespace cxx {

// A detector and a pose detector that follow objects. Any number of threads may call Apply at the
// same time, each with streams of its own.
class PoseTracker {
 public:
  using Target = mmdeploy_pose_tracker_target_t;
  using Result = Result_<Target>;

  // How a stream is tracked; begins with the defaults.
  class Params {
   public:
    Params() { ThrowIfFailed(mmdeploy_pose_tracker_default_params(&params_)); }
    mmdeploy_pose_tracker_param_t* operator->() noexcept { return &params_; }
    const mmdeploy_pose_tracker_param_t* get() const noexcept { return &params_; }

   private:
    mmdeploy_pose_tracker_param_t params_{};
  };

  // What one stream (a video) remembers between frames. One call at a time may use it.
  class State {
   public:
    explicit State(mmdeploy_pose_tracker_state_t state) : state_(state) {}
    mmdeploy_pose_tracker_state_t get() const noexcept { return state_.get(); }

   private:
    struct Destroy {
      void operator()(mmdeploy_pose_tracker_state* state) const {
        mmdeploy_pose_tracker_destroy_state(state);
      }
    };
    std::unique_ptr<mmdeploy_pose_tracker_state, Destroy> state_;
  };

  // Loads the models. Throws Exception.
  PoseTracker(const Model& detector, const Model& pose_detector, const Context& context) {
    mmdeploy_pose_tracker_t tracker{};
    ThrowIfFailed(mmdeploy_pose_tracker_create(detector, pose_detector, context, &tracker));
    tracker_.reset(tracker);
  }

  // The state of a new stream. Throws Exception for parameters outside of their ranges.
  State CreateState(const Params& params = {}) const {
    mmdeploy_pose_tracker_state_t state{};
    ThrowIfFailed(mmdeploy_pose_tracker_create_state(tracker_.get(), params.get(), &state));
    return State(state);
  }

  // Tracks the next frame of each of some streams; gives the objects that are seen, per stream.
  // `use_detect`: per stream -1 by det_interval, 0 no, 1 yes; empty: -1 for all. A call that fails
  // leaves the streams as they were. Throws Exception.
  std::vector<Result> Apply(Span<State* const> states, Span<const Mat> frames,
                            Span<const int32_t> use_detect = {}) const {
    if (states.size() != frames.size() ||
        (!use_detect.empty() && use_detect.size() != frames.size())) {
      throw Exception(ErrorCode::eInvalidArgument,
                      "a pose tracker takes one state, and one use_detect or none, per frame");
    }
    if (frames.empty()) return {};
    std::vector<mmdeploy_pose_tracker_state_t> handles;
    for (State* state : states) {
      if (state == nullptr) {
        throw Exception(ErrorCode::eInvalidArgument, "a state of a pose tracker is NULL");
      }
      handles.push_back(state->get());
    }
    const auto count = static_cast<int32_t>(frames.size());
    Target* results{};
    int32_t* counts{};
    ThrowIfFailed(mmdeploy_pose_tracker_apply(
        tracker_.get(), handles.data(), reinterpret(frames.data()),
        use_detect.empty() ? nullptr : use_detect.data(), count, &results, &counts));
    const std::vector<int> sizes(counts, counts + count);
    std::shared_ptr<Target> buffer(results, [counts, count](Target* targets) {
      mmdeploy_pose_tracker_release_result(targets, counts, count);
    });
    return Result::Split(buffer, sizes);
  }
  std::vector<Result> Apply(Span<State> states, Span<const Mat> frames,
                            Span<const int32_t> use_detect = {}) const {
    std::vector<State*> pointers;
    for (State& state : states) pointers.push_back(&state);
    return Apply(Span<State* const>(pointers.data(), pointers.size()), frames, use_detect);
  }
  Result Apply(State& state, const Mat& frame, int use_detect = -1) const {
    State* const pointer = &state;
    const int32_t detect = use_detect;
    return Apply(Span<State* const>(&pointer, 1), Span<const Mat>(&frame, 1),
                 Span<const int32_t>(&detect, 1))[0];
  }

 private:
  struct Destroy {
    void operator()(mmdeploy_pose_tracker* tracker) const {
      mmdeploy_pose_tracker_destroy(tracker);
    }
  };
  std::unique_ptr<mmdeploy_pose_tracker, Destroy> tracker_;
};

}  // namespace cxx

using cxx::PoseTracker;

}  // namespace mmdeploy
