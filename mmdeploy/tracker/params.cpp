#include "mmdeploy/tracker/params.h"

#include <cmath>
#include <limits>

namespace mmdeploy {
namespace {

struct Range {
  const char* name;
  double value, min, max;
};

constexpr double kMany = std::numeric_limits<int>::max();

}  // namespace

Result<void> Check(const PoseTrackerParams& params) {
  const Range ranges[] = {
      {"det_interval", double(params.det_interval), 0, kMany},
      {"det_thr", params.det_thr, -1e9, 1e9},
      {"det_min_bbox_size", params.det_min_bbox_size, -1, 1e9},
      {"det_nms_thr", params.det_nms_thr, 0, 1},
      {"pose_max_num_bboxes", double(params.pose_max_num_bboxes), -1, kMany},
      {"pose_kpt_thr", params.pose_kpt_thr, -1e9, 1e9},
      {"pose_min_keypoints", double(params.pose_min_keypoints), -1, kMany},
      {"pose_bbox_scale", params.pose_bbox_scale, 0.1, 100},
      {"pose_min_bbox_size", params.pose_min_bbox_size, -1, 1e9},
      {"pose_nms_thr", params.pose_nms_thr, 0, 1},
      {"track_iou_thr", params.track_iou_thr, 0, 1},
      {"track_max_missing", double(params.track_max_missing), 0, kMany},
      {"track_history_size", double(params.track_history_size), 1, kMany},
      {"std_weight_position", params.std_weight_position, 1e-6, 1e3},
      {"std_weight_velocity", params.std_weight_velocity, 1e-6, 1e3},
      {"smooth_params[0]", params.smooth_params[0], 0, 1e6},
      {"smooth_params[1]", params.smooth_params[1], 1e-6, 1e6},
      {"smooth_params[2]", params.smooth_params[2], 1e-6, 1e6},
  };
  for (const auto& [name, value, min, max] : ranges) {
    // Not `value < min`: what is not a number is refused, too.
    MMDEPLOY_ENSURE(value >= min && value <= max, Code::kInvalidArgument,
                    "parameter {} of the pose tracker is {}, allowed: {} to {}", name, value, min,
                    max);
  }
  for (const float sigma : params.keypoint_sigmas) {
    MMDEPLOY_ENSURE(sigma > 0 && std::isfinite(sigma), Code::kInvalidArgument,
                    "parameter keypoint_sigmas of the pose tracker holds {}, allowed: above 0",
                    sigma);
  }
  return {};
}

Result<void> CheckSigmas(const PoseTrackerParams& params, int num_points) {
  const size_t count = params.keypoint_sigmas.size();
  MMDEPLOY_ENSURE(count == 0 || count == static_cast<size_t>(num_points), Code::kInvalidArgument,
                  "parameter keypoint_sigmas of the pose tracker has {} numbers, the pose detector "
                  "gives {} points",
                  count, num_points);
  return {};
}

}  // namespace mmdeploy
