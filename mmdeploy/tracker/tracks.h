#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "mmdeploy/base/result.h"
#include "mmdeploy/tracker/filters.h"
#include "mmdeploy/tracker/overlap.h"
#include "mmdeploy/tracker/params.h"

namespace mmdeploy {

// An object that is tracked, as it is reported.
struct PoseTarget {
  std::vector<Point> points;
  std::vector<float> scores;
  Rect box;
  uint32_t id = 0;
};

// An object from frame to frame: filters of its points and of its box.
class Track {
 public:
  Track(uint32_t id, const Pose& pose, const PoseTrackerParams& params);

  // Goes to the next frame.
  void Predict(const PoseTrackerParams& params);
  // Takes the pose that it has in this frame.
  void Correct(const Pose& pose, const PoseTrackerParams& params);
  void Miss() { ++missing_; }

  bool is_visible() const { return missing_ == 0; }
  int missing() const { return missing_; }
  uint32_t id() const { return id_; }
  // Where the box is expected; of a visible track around its points, of a lost one by its own
  // filter.
  Rect ExpectedBox(const PoseTrackerParams& params) const;
  // How well a pose fits to the points that are expected; nothing below `least` points that do.
  std::optional<float> Similarity(const Pose& pose, int least,
                                  const PoseTrackerParams& params) const;
  PoseTarget Report() const;

 private:
  struct TrackedPoint {
    ConstantVelocity x, y;
    OneEuro smooth;
    float score = 0;
  };

  ConstantVelocity::Noise NoiseOf(const PoseTrackerParams& params) const;

  uint32_t id_;
  int missing_ = 0;
  std::vector<TrackedPoint> points_;
  ConstantVelocity center_x_, center_y_, width_, height_;
  OneEuro left_top_, right_bottom_;
};

// The tracks of one stream. Everything happens in two steps, of which the first changes nothing: a
// frame whose networks fail leaves the stream as it was.
class Tracks {
 public:
  explicit Tracks(PoseTrackerParams params) : params_(std::move(params)) {}

  // A frame on its way: what is expected, and the boxes that the pose detector is to look at.
  struct Frame {
    int width = 0, height = 0;
    std::vector<Track> tracks;
    std::vector<Rect> boxes;
    std::vector<int> sources;  // per box its track; -1: a detection
  };

  // Whether objects are to be detected in the next frame. `use_detect`: -1 by the interval, 0 no,
  // 1 yes.
  bool WantsDetection(int use_detect) const;
  // `detections`: boxes of objects of the right label, with enough score.
  // Errors: kInvalidArgument if the size of frames changes.
  Result<Frame> Begin(int width, int height, const std::vector<Rect>& detections) const;
  // `poses`: the pose of each box. Gives the objects that are seen in the frame.
  // Errors: kFail if the number of points changes, or differs from that of the sigmas.
  Result<std::vector<PoseTarget>> End(Frame frame, std::vector<Pose> poses);

  const PoseTrackerParams& params() const { return params_; }

 private:
  // Poses in which enough is seen, without those of objects seen twice; `sources` follows.
  void SelectPoses(const std::vector<Track>& tracks, std::vector<Pose>* poses,
                   std::vector<int>* sources) const;
  std::vector<PoseMatch> MatchVisible(const Frame& frame, const std::vector<Pose>& poses) const;
  std::vector<PoseMatch> MatchLost(const Frame& frame, const std::vector<Pose>& poses,
                                   const std::vector<bool>& is_taken) const;
  int LeastPoints() const;

  PoseTrackerParams params_;
  std::vector<Track> tracks_;
  int width_ = 0, height_ = 0;  // of the first frame
  int num_points_ = -1;         // of the first pose
  int64_t frame_id_ = 0;
  uint32_t next_id_ = 0;
};

}  // namespace mmdeploy
