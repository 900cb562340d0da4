#include "mmdeploy/tracker/pose_tracker.h"

#include <memory>

#include "bindings/capi/convert.h"
#include "bindings/capi/generated/functions.h"
#include "bindings/capi/handle.h"
#include "bindings/capi/image.h"
#include "bindings/capi/task.h"

struct mmdeploy_pose_tracker {
  std::unique_ptr<const mmdeploy::PoseTracker> tracker;
};

struct mmdeploy_pose_tracker_state {
  std::unique_ptr<mmdeploy::PoseTrackerState> state;
};

namespace mmdeploy::capi {
namespace {

using Target = mmdeploy_pose_tracker_target_t;

Result<PoseTrackerParams> ToParams(const mmdeploy_pose_tracker_param_t& from) {
  MMDEPLOY_ENSURE(from.keypoint_sigmas_size >= 0 &&
                      (from.keypoint_sigmas != nullptr || from.keypoint_sigmas_size == 0),
                  Code::kInvalidArgument,
                  "parameter keypoint_sigmas of the pose tracker is {} and keypoint_sigmas_size "
                  "{}; expected as many numbers",
                  from.keypoint_sigmas ? "an array" : "NULL", from.keypoint_sigmas_size);
  PoseTrackerParams to;
  to.det_interval = from.det_interval;
  to.det_label = from.det_label;
  to.det_thr = from.det_thr;
  to.det_min_bbox_size = from.det_min_bbox_size;
  to.det_nms_thr = from.det_nms_thr;
  to.pose_max_num_bboxes = from.pose_max_num_bboxes;
  to.pose_kpt_thr = from.pose_kpt_thr;
  to.pose_min_keypoints = from.pose_min_keypoints;
  to.pose_bbox_scale = from.pose_bbox_scale;
  to.pose_min_bbox_size = from.pose_min_bbox_size;
  to.pose_nms_thr = from.pose_nms_thr;
  if (from.keypoint_sigmas != nullptr) {
    to.keypoint_sigmas.assign(from.keypoint_sigmas,
                              from.keypoint_sigmas + from.keypoint_sigmas_size);
  }
  to.track_iou_thr = from.track_iou_thr;
  to.track_max_missing = from.track_max_missing;
  to.track_history_size = from.track_history_size;
  to.std_weight_position = from.std_weight_position;
  to.std_weight_velocity = from.std_weight_velocity;
  std::copy_n(from.smooth_params, to.smooth_params.size(), to.smooth_params.begin());
  return to;
}

void Release(Target* targets, int64_t count) {
  for (int64_t i = 0; targets != nullptr && i < count; ++i) {
    Free(targets[i].keypoints);
    Free(targets[i].scores);
  }
  delete[] targets;
}

Result<void> Fill(const PoseTarget& from, Target* to) {
  MMDEPLOY_TRYV(Assign(to->keypoints, from.points));
  MMDEPLOY_TRYV(Assign(to->scores, from.scores));
  to->keypoint_count = static_cast<int32_t>(from.points.size());
  to->target_id = from.id;
  return Assign(to->bbox, from.box);
}

}  // namespace

Result<void> PoseTrackerDefaultParams(mmdeploy_pose_tracker_param_t* params) {
  const PoseTrackerParams from;
  *params = {};
  params->det_interval = from.det_interval;
  params->det_label = from.det_label;
  params->det_thr = from.det_thr;
  params->det_min_bbox_size = from.det_min_bbox_size;
  params->det_nms_thr = from.det_nms_thr;
  params->pose_max_num_bboxes = from.pose_max_num_bboxes;
  params->pose_kpt_thr = from.pose_kpt_thr;
  params->pose_min_keypoints = from.pose_min_keypoints;
  params->pose_bbox_scale = from.pose_bbox_scale;
  params->pose_min_bbox_size = from.pose_min_bbox_size;
  params->pose_nms_thr = from.pose_nms_thr;
  params->track_iou_thr = from.track_iou_thr;
  params->track_max_missing = from.track_max_missing;
  params->track_history_size = from.track_history_size;
  params->std_weight_position = from.std_weight_position;
  params->std_weight_velocity = from.std_weight_velocity;
  std::copy_n(from.smooth_params.begin(), from.smooth_params.size(), params->smooth_params);
  return {};
}

Result<void> PoseTrackerCreate(mmdeploy_model_t det_model, mmdeploy_model_t pose_model,
                               mmdeploy_context_t context, mmdeploy_pose_tracker_t* pipeline) {
  MMDEPLOY_TRY(auto tracker,
               PoseTracker::Load(det_model->model, pose_model->model, OptionsOf(*context)));
  *pipeline = new mmdeploy_pose_tracker{std::move(tracker)};
  return {};
}

void PoseTrackerDestroy(mmdeploy_pose_tracker_t pipeline) { delete pipeline; }

Result<void> PoseTrackerCreateState(mmdeploy_pose_tracker_t pipeline,
                                    const mmdeploy_pose_tracker_param_t* params,
                                    mmdeploy_pose_tracker_state_t* state) {
  PoseTrackerParams own;
  if (params != nullptr) {
    MMDEPLOY_TRY(own, ToParams(*params));
  }
  MMDEPLOY_TRY(auto created, pipeline->tracker->CreateState(std::move(own)));
  *state = new mmdeploy_pose_tracker_state{std::move(created)};
  return {};
}

void PoseTrackerDestroyState(mmdeploy_pose_tracker_state_t state) { delete state; }

Result<void> PoseTrackerApply(mmdeploy_pose_tracker_t pipeline,
                              mmdeploy_pose_tracker_state_t* states, const mmdeploy_mat_t* frames,
                              const int32_t* use_detect, int32_t count,
                              mmdeploy_pose_tracker_target_t** results, int32_t** result_count) {
  MMDEPLOY_TRY(const Value images, ToImages(frames, count));
  std::vector<PoseTracker::Frame> streams;
  for (int32_t i = 0; i < count; ++i) {
    const int detect = use_detect ? use_detect[i] : -1;
    MMDEPLOY_ENSURE(states[i] != nullptr, Code::kInvalidArgument, "state {} is NULL", i);
    MMDEPLOY_ENSURE(detect >= -1 && detect <= 1, Code::kInvalidArgument,
                    "use_detect of frame {} is {}, allowed: -1 (by det_interval), 0, 1", i, detect);
    streams.push_back({states[i]->state.get(), images.list()[size_t(i)].image(), detect});
  }
  MMDEPLOY_TRY(const auto found, pipeline->tracker->Track(streams));
  int64_t total = 0;
  auto counts = std::make_unique<int32_t[]>(found.size());
  for (size_t i = 0; i < found.size(); ++i) {
    counts[i] = static_cast<int32_t>(found[i].size());
    total += counts[i];
  }
  const auto release = [total](Target* targets) { Release(targets, total); };
  std::unique_ptr<Target[], decltype(release)> targets(new Target[size_t(total)]{}, release);
  Target* next = targets.get();
  for (const auto& stream : found) {
    for (const PoseTarget& target : stream) MMDEPLOY_TRYV(Fill(target, next++));
  }
  *results = targets.release();
  *result_count = counts.release();
  return {};
}

void PoseTrackerReleaseResult(mmdeploy_pose_tracker_target_t* results, const int32_t* result_count,
                              int count) {
  int64_t total = 0;
  for (int i = 0; result_count != nullptr && i < count; ++i) total += result_count[i];
  Release(results, total);
  delete[] result_count;
}

}  // namespace mmdeploy::capi
