#include "mmdeploy/tracker/tracks.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace mmdeploy {
namespace {

constexpr double kGate = 5.9915;  // chi-square of two degrees of freedom, 95 %

OneEuro::Args SmoothingOf(const PoseTrackerParams& params) {
  return {params.smooth_params[0], params.smooth_params[1], params.smooth_params[2]};
}

// Whether a box that may have no area lies in the frame.
bool IsInside(const Rect& box, int width, int height) {
  return box.left >= 0 && box.top >= 0 && box.right <= static_cast<float>(width) &&
         box.bottom <= static_cast<float>(height);
}

}  // namespace

Track::Track(uint32_t id, const Pose& pose, const PoseTrackerParams& params) : id_(id) {
  const Rect& box = pose.box;
  const float width = box.right - box.left, height = box.bottom - box.top;
  // The size decides about the noise, so it comes first.
  width_ = ConstantVelocity(width, {});
  height_ = ConstantVelocity(height, {});
  const auto noise = NoiseOf(params);
  width_ = ConstantVelocity(width, noise);
  height_ = ConstantVelocity(height, noise);
  center_x_ = ConstantVelocity((box.left + box.right) / 2, noise);
  center_y_ = ConstantVelocity((box.top + box.bottom) / 2, noise);
  left_top_ = OneEuro({box.left, box.top});
  right_bottom_ = OneEuro({box.right, box.bottom});
  for (size_t i = 0; i < pose.points.size(); ++i) {
    const Point& point = pose.points[i];
    points_.push_back({ConstantVelocity(point.x, noise), ConstantVelocity(point.y, noise),
                       OneEuro(point), pose.scores[i]});
  }
}

ConstantVelocity::Noise Track::NoiseOf(const PoseTrackerParams& params) const {
  const double area = std::max(1.F, width_.position()) * double{std::max(1.F, height_.position())};
  const double size = std::sqrt(area);
  return {params.std_weight_position * size, params.std_weight_velocity * size};
}

void Track::Predict(const PoseTrackerParams& params) {
  const auto noise = NoiseOf(params);
  for (ConstantVelocity* side : {&center_x_, &center_y_, &width_, &height_}) side->Predict(noise);
  for (TrackedPoint& point : points_) {
    point.x.Predict(noise);
    point.y.Predict(noise);
  }
}

void Track::Correct(const Pose& pose, const PoseTrackerParams& params) {
  missing_ = 0;
  const auto noise = NoiseOf(params);
  const auto smoothing = SmoothingOf(params);
  const Rect& box = pose.box;
  center_x_.Correct((box.left + box.right) / 2, noise);
  center_y_.Correct((box.top + box.bottom) / 2, noise);
  width_.Correct(box.right - box.left, noise);
  height_.Correct(box.bottom - box.top, noise);
  left_top_.Smooth({box.left, box.top}, smoothing);
  right_bottom_.Smooth({box.right, box.bottom}, smoothing);
  for (size_t i = 0; i < points_.size(); ++i) {
    TrackedPoint& point = points_[i];
    point.score = pose.scores[i];
    point.smooth.Smooth(pose.points[i], smoothing);
    // A place that nobody has seen says nothing of the next one.
    if (point.score < params.pose_kpt_thr) continue;
    point.x.Correct(pose.points[i].x, noise);
    point.y.Correct(pose.points[i].y, noise);
  }
}

Rect Track::ExpectedBox(const PoseTrackerParams& params) const {
  if (is_visible()) {
    std::vector<Point> points;
    std::vector<float> scores;
    for (const TrackedPoint& point : points_) {
      points.push_back({point.x.position(), point.y.position()});
      scores.push_back(point.score);
    }
    const Rect box = BoxOfPoints(points, scores, params.pose_kpt_thr, params.pose_bbox_scale);
    if (AreaOf(box) > 0) return box;  // that of one point, or of points in a line, has none
  }
  const Point half{std::max(0.F, width_.position()) / 2, std::max(0.F, height_.position()) / 2};
  const Point center{center_x_.position(), center_y_.position()};
  return {center.x - half.x, center.y - half.y, center.x + half.x, center.y + half.y};
}

std::optional<float> Track::Similarity(const Pose& pose, int least,
                                       const PoseTrackerParams& params) const {
  const auto noise = NoiseOf(params);
  int seen = 0, near = 0;
  double sum = 0;
  for (size_t i = 0; i < points_.size(); ++i) {
    if (pose.scores[i] < params.pose_kpt_thr) continue;
    ++seen;
    const double distance = points_[i].x.Distance(pose.points[i].x, noise) +
                            points_[i].y.Distance(pose.points[i].y, noise);
    if (distance > kGate) continue;
    ++near;
    sum += distance;
  }
  if (near == 0 || near < least) return std::nullopt;
  return static_cast<float>(double(near) / seen - sum / near);
}

PoseTarget Track::Report() const {
  PoseTarget target;
  for (const TrackedPoint& point : points_) {
    target.points.push_back(point.smooth.point());
    target.scores.push_back(point.score);
  }
  const Point &first = left_top_.point(), &last = right_bottom_.point();
  target.box = {first.x, first.y, last.x, last.y};
  target.id = id_;
  return target;
}

bool Tracks::WantsDetection(int use_detect) const {
  if (use_detect >= 0) return use_detect > 0;
  return params_.det_interval > 0 && frame_id_ % params_.det_interval == 0;
}

int Tracks::LeastPoints() const {
  return params_.pose_min_keypoints < 0 ? (num_points_ + 1) / 2 : params_.pose_min_keypoints;
}

Result<Tracks::Frame> Tracks::Begin(int width, int height,
                                    const std::vector<Rect>& detections) const {
  MMDEPLOY_ENSURE(frame_id_ == 0 || (width == width_ && height == height_), Code::kInvalidArgument,
                  "frame {} of the stream is {}x{} (height x width), those before are {}x{}; "
                  "create a state for each size",
                  frame_id_, height, width, height_, width_);
  // The class decides which of two overlapping boxes stays: a visible track, a detection, a lost
  // track.
  struct Candidate {
    Rect box;
    int source, rank;
  };
  std::vector<Candidate> candidates;
  for (const Rect& box : detections) candidates.push_back({box, -1, 1});
  Frame frame{width, height, tracks_, {}, {}};
  const float least = std::max(0.F, params_.pose_min_bbox_size);
  for (size_t i = 0; i < frame.tracks.size(); ++i) {
    Track& track = frame.tracks[i];
    track.Predict(params_);
    const Rect box = Clip(track.ExpectedBox(params_), width, height);
    if (AreaOf(box) <= least * least) continue;  // none of it is in the frame
    candidates.push_back({box, static_cast<int>(i), track.is_visible() ? 2 : 0});
  }
  std::vector<int> order(candidates.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int a, int b) {
    const Candidate &first = candidates[size_t(a)], &second = candidates[size_t(b)];
    if (first.rank != second.rank) return first.rank > second.rank;
    return AreaOf(first.box) > AreaOf(second.box);
  });
  const auto overlap = [&](int a, int b) {
    return Iou(candidates[size_t(a)].box, candidates[size_t(b)].box);
  };
  for (const int i : Suppress(order, overlap, params_.det_nms_thr)) {
    if (params_.pose_max_num_bboxes >= 0 &&
        frame.boxes.size() == static_cast<size_t>(params_.pose_max_num_bboxes)) {
      break;
    }
    frame.boxes.push_back(candidates[size_t(i)].box);
    frame.sources.push_back(candidates[size_t(i)].source);
  }
  return frame;
}

void Tracks::SelectPoses(const std::vector<Track>& tracks, std::vector<Pose>* poses,
                         std::vector<int>* sources) const {
  std::vector<int> order;
  for (size_t i = 0; i < poses->size(); ++i) {
    const auto& scores = (*poses)[i].scores;
    const auto seen = std::count_if(scores.begin(), scores.end(),
                                    [&](float score) { return score >= params_.pose_kpt_thr; });
    if (seen > 0 && seen >= LeastPoints() && AreaOf((*poses)[i].box) > 0) {
      order.push_back(static_cast<int>(i));
    }
  }
  const auto was_visible = [&](int i) {
    const int source = (*sources)[size_t(i)];
    return source >= 0 && tracks[size_t(source)].is_visible();
  };
  const auto sum = [&](int i) {
    const auto& scores = (*poses)[size_t(i)].scores;
    return std::accumulate(scores.begin(), scores.end(), 0.F);
  };
  std::stable_sort(order.begin(), order.end(), [&](int a, int b) {
    return was_visible(a) != was_visible(b) ? was_visible(a) : sum(a) > sum(b);
  });
  const auto& sigmas = params_.keypoint_sigmas;
  const auto overlap = [&](int a, int b) {
    const Pose &first = (*poses)[size_t(a)], &second = (*poses)[size_t(b)];
    return sigmas.empty() ? Iou(first.box, second.box) : Oks(first, second, sigmas);
  };
  std::vector<Pose> kept;
  std::vector<int> sources_of_kept;
  for (const int i : Suppress(order, overlap, params_.pose_nms_thr)) {
    kept.push_back(std::move((*poses)[size_t(i)]));
    sources_of_kept.push_back((*sources)[size_t(i)]);
  }
  *poses = std::move(kept);
  *sources = std::move(sources_of_kept);
}

std::vector<PoseMatch> Tracks::MatchVisible(const Frame& frame,
                                            const std::vector<Pose>& poses) const {
  std::vector<PoseMatch> candidates;
  for (size_t i = 0; i < poses.size(); ++i) {
    for (size_t t = 0; t < frame.tracks.size(); ++t) {
      const int source = frame.sources[i];
      // What was looked for at the place of a track is that track or nothing.
      if (!frame.tracks[t].is_visible() || (source >= 0 && source != static_cast<int>(t))) continue;
      if (const auto similarity = frame.tracks[t].Similarity(poses[i], LeastPoints(), params_)) {
        candidates.push_back({static_cast<int>(i), static_cast<int>(t), *similarity});
      }
    }
  }
  return MatchGreedily(std::move(candidates));
}

std::vector<PoseMatch> Tracks::MatchLost(const Frame& frame, const std::vector<Pose>& poses,
                                         const std::vector<bool>& is_taken) const {
  std::vector<PoseMatch> candidates;
  for (size_t i = 0; i < poses.size(); ++i) {
    const int source = frame.sources[i];
    if (is_taken[i] || (source >= 0 && frame.tracks[size_t(source)].is_visible())) continue;
    for (size_t t = 0; t < frame.tracks.size(); ++t) {
      const Track& track = frame.tracks[t];
      if (track.is_visible() || (source >= 0 && source != static_cast<int>(t))) continue;
      const float iou = Iou(poses[i].box, track.ExpectedBox(params_));
      if (iou >= params_.track_iou_thr && iou > 0) {
        candidates.push_back({static_cast<int>(i), static_cast<int>(t), iou});
      }
    }
  }
  return MatchGreedily(std::move(candidates));
}

Result<std::vector<PoseTarget>> Tracks::End(Frame frame, std::vector<Pose> poses) {
  int num_points = num_points_;
  for (const Pose& pose : poses) {
    const auto found = static_cast<int>(pose.points.size());
    if (num_points < 0) num_points = found;
    MMDEPLOY_ENSURE(found == num_points, Code::kFail,
                    "the pose detector gives {} points, in frames before {}", found, num_points);
    MMDEPLOY_TRYV(CheckSigmas(params_, found));
  }
  num_points_ = num_points;
  for (size_t i = 0; i < poses.size(); ++i) {
    Pose& pose = poses[i];
    const Rect box =
        BoxOfPoints(pose.points, pose.scores, params_.pose_kpt_thr, params_.pose_bbox_scale);
    pose.box = Clip(box, frame.width, frame.height);
    // A point, or points in a line, that the frame has are as large as where they were looked for.
    if (AreaOf(box) == 0 && IsInside(box, frame.width, frame.height)) pose.box = frame.boxes[i];
  }
  SelectPoses(frame.tracks, &poses, &frame.sources);
  std::vector<bool> is_taken(poses.size());
  std::vector<bool> is_found(frame.tracks.size());
  std::vector<PoseMatch> matches = MatchVisible(frame, poses);
  for (const PoseMatch& match : matches) is_taken[size_t(match.left)] = true;
  for (const PoseMatch& match : MatchLost(frame, poses, is_taken)) matches.push_back(match);
  for (const PoseMatch& match : matches) {
    is_taken[size_t(match.left)] = is_found[size_t(match.right)] = true;
    frame.tracks[size_t(match.right)].Correct(poses[size_t(match.left)], params_);
  }
  for (size_t t = 0; t < frame.tracks.size(); ++t) {
    if (!is_found[t]) frame.tracks[t].Miss();
  }
  auto& tracks = frame.tracks;
  const auto is_over = [&](const Track& track) {
    return track.missing() > params_.track_max_missing;
  };
  tracks.erase(std::remove_if(tracks.begin(), tracks.end(), is_over), tracks.end());
  for (size_t i = 0; i < poses.size(); ++i) {
    if (!is_taken[i] && frame.sources[i] < 0) tracks.emplace_back(next_id_++, poses[i], params_);
  }
  tracks_ = std::move(tracks);
  width_ = frame.width;
  height_ = frame.height;
  ++frame_id_;
  std::vector<PoseTarget> targets;
  for (const Track& track : tracks_) {
    if (track.is_visible()) targets.push_back(track.Report());
  }
  return targets;
}

}  // namespace mmdeploy
