#pragma once

#include <atomic>
#include <memory>
#include <utility>
#include <vector>

#include "mmdeploy/base/image.h"
#include "mmdeploy/pipeline/pipeline.h"
#include "mmdeploy/tracker/tracks.h"

namespace mmdeploy {

// What a stream remembers between frames. One call at a time may use it.
class PoseTrackerState {
 public:
  // Errors: kInvalidArgument for a parameter outside of its range.
  static Result<std::unique_ptr<PoseTrackerState>> Create(PoseTrackerParams params);

 private:
  friend class PoseTracker;
  friend class StateUse;
  explicit PoseTrackerState(PoseTrackerParams params) : tracks_(std::move(params)) {}

  std::atomic<bool> in_use_{false};
  Tracks tracks_;
};

// Follows objects and their key points through videos (sdk interface 20.4): a detector says where
// objects are, a pose detector finds the points of those and of the tracks, filters connect frames.
// Immutable: any number of threads may track streams of their own at the same time.
class PoseTracker {
 public:
  // Errors: those of Pipeline::Load; kInvalidArgument for models of other tasks.
  static Result<std::unique_ptr<PoseTracker>> Load(std::shared_ptr<const Model> detector,
                                                   std::shared_ptr<const Model> pose_detector,
                                                   const PipelineOptions& options);

  // The state of a new stream. With sigmas the pose detector looks at a blank picture once, which
  // tells how many points it gives. Errors: those of PoseTrackerState::Create; kInvalidArgument for
  // sigmas that are not one per point.
  Result<std::unique_ptr<PoseTrackerState>> CreateState(PoseTrackerParams params) const;

  // The next frame of a stream. `use_detect`: -1 by det_interval, 0 no, 1 yes.
  struct Frame {
    PoseTrackerState* state;
    Image image;
    int use_detect = -1;
  };

  // Tracks one frame of each of several streams; the networks see them together. Gives the objects
  // that are seen, per stream. A call that fails leaves every stream as it was.
  // Errors: kInvalidArgument for a state that occurs twice or is used by another call, or a frame
  // of another size than those before; those of the networks.
  Result<std::vector<std::vector<PoseTarget>>> Track(Span<const Frame> frames) const;

 private:
  PoseTracker() = default;

  Result<std::vector<std::vector<Rect>>> Detect(Span<const Frame> frames) const;
  Result<std::vector<std::vector<Pose>>> FindPoses(Span<const Frame> frames,
                                                   const std::vector<Tracks::Frame>& plans) const;

  // How many points the pose detector gives; -1 if it cannot say so without a picture of an object.
  int NumPoints() const;

  static constexpr int kNotAsked = -2;
  std::shared_ptr<const Pipeline> detector_, pose_detector_;
  mutable std::atomic<int> num_points_{kNotAsked};
};

}  // namespace mmdeploy
