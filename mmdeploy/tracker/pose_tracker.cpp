#include "mmdeploy/tracker/pose_tracker.h"

#include "mmdeploy/task/detector/result.h"
#include "mmdeploy/task/pose_detector/result.h"

namespace mmdeploy {

Result<std::unique_ptr<PoseTrackerState>> PoseTrackerState::Create(PoseTrackerParams params) {
  MMDEPLOY_TRYV(Check(params));
  return std::unique_ptr<PoseTrackerState>(new PoseTrackerState(std::move(params)));
}

// Marks states as used until it goes away.
class StateUse {
 public:
  StateUse() = default;
  StateUse(const StateUse&) = delete;
  StateUse& operator=(const StateUse&) = delete;
  ~StateUse() {
    for (PoseTrackerState* state : states_) state->in_use_.store(false, std::memory_order_release);
  }

  Result<void> Take(PoseTrackerState* state, size_t index) {
    MMDEPLOY_ENSURE(!state->in_use_.exchange(true, std::memory_order_acquire),
                    Code::kInvalidArgument,
                    "the state of frame {} is used by another call, or twice in this one; a "
                    "stream has a state of its own, and one frame at a time",
                    index);
    states_.push_back(state);
    return {};
  }

 private:
  std::vector<PoseTrackerState*> states_;
};

namespace {

template <class T>
Result<std::shared_ptr<const Pipeline>> LoadPart(std::shared_ptr<const Model> model,
                                                 PipelineOptions options, Kind input,
                                                 const char* role) {
  options.inputs = {EdgeType{KindSet(input), 1, {}}};
  const std::string origin = model->origin();
  MMDEPLOY_TRY(auto pipeline, Pipeline::Load(std::move(model), options));
  const ResultType& type = TypeOf(static_cast<const T*>(nullptr));
  const bool fits = pipeline->inputs().size() == 1 && pipeline->outputs().size() == 1 &&
                    pipeline->output_types()[0].kinds.Has(type) &&
                    pipeline->output_types()[0].depth == (type.is_list ? 2 : 1);
  MMDEPLOY_ENSURE(fits, Code::kInvalidArgument,
                  "{}: the model gives {}, the {} of a pose tracker gives {}", origin,
                  pipeline->outputs().empty() ? "nothing" : Describe(pipeline->output_types()[0]),
                  role, type.name);
  if (auto fits_items = pipeline->RequireOnePerItem(); !fits_items) {
    return MakeError(fits_items.error().In(origin));
  }
  return pipeline;
}

}  // namespace

Result<std::unique_ptr<PoseTracker>> PoseTracker::Load(std::shared_ptr<const Model> detector,
                                                       std::shared_ptr<const Model> pose_detector,
                                                       const PipelineOptions& options) {
  std::unique_ptr<PoseTracker> tracker(new PoseTracker());
  MMDEPLOY_TRY(tracker->detector_,
               LoadPart<Detection>(std::move(detector), options, Kind::kImage, "detector"));
  MMDEPLOY_TRY(tracker->pose_detector_, LoadPart<PoseDetection>(std::move(pose_detector), options,
                                                                Kind::kSample, "pose detector"));
  return tracker;
}

int PoseTracker::NumPoints() const {
  // Two callers may both ask, and get one answer.
  int count = num_points_.load(std::memory_order_relaxed);
  if (count != kNotAsked) return count;
  constexpr int kSide = 64;
  std::vector<uint8_t> pixels(kSide * kSide * 3);
  Sample sample;
  sample.ori_img.data = pixels.data();
  sample.ori_img.height = sample.ori_img.width = kSide;
  sample.ori_img.format = PixelFormat::kBgr;
  sample.ori_img.dtype = DataType::kUint8;
  sample.bbox = {0, 0, kSide - 1, kSide - 1};
  // An error says nothing of the points; the first frame will have it, too.
  const auto results = pose_detector_->Run({Value(Value::List{Value(std::move(sample))})});
  count = -1;
  if (results) count = int((*results)[0].list()[0].result<PoseDetection>().points.size());
  num_points_.store(count, std::memory_order_relaxed);
  return count;
}

Result<std::unique_ptr<PoseTrackerState>> PoseTracker::CreateState(PoseTrackerParams params) const {
  MMDEPLOY_TRYV(Check(params));
  const int count = params.keypoint_sigmas.empty() ? -1 : NumPoints();
  if (count >= 0) MMDEPLOY_TRYV(CheckSigmas(params, count));
  return PoseTrackerState::Create(std::move(params));
}

Result<std::vector<std::vector<Rect>>> PoseTracker::Detect(Span<const Frame> frames) const {
  std::vector<std::vector<Rect>> boxes(frames.size());
  Value::List images;
  std::vector<size_t> numbers;
  for (size_t i = 0; i < frames.size(); ++i) {
    if (!frames[i].state->tracks_.WantsDetection(frames[i].use_detect)) continue;
    images.emplace_back(frames[i].image);
    numbers.push_back(i);
  }
  if (images.empty()) return boxes;
  MMDEPLOY_TRY(const auto results, detector_->Run({Value(std::move(images))}));
  for (size_t n = 0; n < numbers.size(); ++n) {
    const PoseTrackerParams& params = frames[numbers[n]].state->tracks_.params();
    const float least = std::max(0.F, params.det_min_bbox_size);
    for (const Value& value : results[0].list()[n].list()) {
      const auto& found = value.result<Detection>();
      if (found.label_id == params.det_label && found.score > params.det_thr &&
          AreaOf(found.bbox) >= least * least && AreaOf(found.bbox) > 0) {
        boxes[numbers[n]].push_back(found.bbox);
      }
    }
  }
  return boxes;
}

Result<std::vector<std::vector<Pose>>> PoseTracker::FindPoses(
    Span<const Frame> frames, const std::vector<Tracks::Frame>& plans) const {
  Value::List samples;
  for (size_t i = 0; i < plans.size(); ++i) {
    for (const Rect& box : plans[i].boxes) {
      Sample sample;
      sample.ori_img = frames[i].image;
      sample.bbox = box;
      samples.emplace_back(std::move(sample));
    }
  }
  std::vector<std::vector<Pose>> poses(plans.size());
  if (samples.empty()) return poses;
  MMDEPLOY_TRY(const auto results, pose_detector_->Run({Value(std::move(samples))}));
  size_t next = 0;
  for (size_t i = 0; i < plans.size(); ++i) {
    for (size_t k = 0; k < plans[i].boxes.size(); ++k) {
      const auto& found = results[0].list()[next++].result<PoseDetection>();
      poses[i].push_back({found.points, found.scores, {}});
    }
  }
  return poses;
}

Result<std::vector<std::vector<PoseTarget>>> PoseTracker::Track(Span<const Frame> frames) const {
  StateUse use;
  for (size_t i = 0; i < frames.size(); ++i) MMDEPLOY_TRYV(use.Take(frames[i].state, i));
  MMDEPLOY_TRY(const auto detections, Detect(frames));
  std::vector<Tracks::Frame> plans;
  for (size_t i = 0; i < frames.size(); ++i) {
    const auto& [state, image, use_detect] = frames[i];
    MMDEPLOY_TRY(plans.emplace_back(),
                 state->tracks_.Begin(image.width, image.height, detections[i]));
  }
  MMDEPLOY_TRY(auto poses, FindPoses(frames, plans));
  // All or none: a stream whose poses do not fit leaves the others as they were, too.
  std::vector<Tracks> ended;
  std::vector<std::vector<PoseTarget>> targets;
  for (size_t i = 0; i < frames.size(); ++i) {
    Tracks& tracks = ended.emplace_back(frames[i].state->tracks_);
    MMDEPLOY_TRY(targets.emplace_back(), tracks.End(std::move(plans[i]), std::move(poses[i])));
  }
  for (size_t i = 0; i < frames.size(); ++i) frames[i].state->tracks_ = std::move(ended[i]);
  return targets;
}

}  // namespace mmdeploy
