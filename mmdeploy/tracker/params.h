#pragma once

#include <array>
#include <vector>

#include "mmdeploy/base/result.h"

namespace mmdeploy {

// How one stream is tracked (sdk interface 20.4). The defaults are those of MMDeploy 1.x.
struct PoseTrackerParams {
  int det_interval =
      1;              // objects are detected in every n-th frame; 0: only when the caller says so
  int det_label = 0;  // of the objects that are tracked
  float det_thr = 0.5F;           // detections need a higher score
  float det_min_bbox_size = -1;   // detections need this squared as area; up to 0: no limit
  float det_nms_thr = 0.7F;       // boxes that overlap by more (IoU) are one
  int pose_max_num_bboxes = -1;   // boxes of a frame that the pose detector sees; -1: all
  float pose_kpt_thr = 0.5F;      // key points with a lower score are not seen
  int pose_min_keypoints = -1;    // key points that must be seen; -1: half of them, rounded up
  float pose_bbox_scale = 1.25F;  // the box of an object is that of its points, times this
  float pose_min_bbox_size = 0;   // boxes of tracks need this squared as area
  float pose_nms_thr = 0.5F;      // poses that overlap by more (IoU, or OKS with sigmas) are one
  std::vector<float> keypoint_sigmas;  // of COCO's key point similarity (OKS), one per point
  float track_iou_thr = 0.4F;          // a lost track comes back where it overlaps by this much
  int track_max_missing = 10;          // frames after which a lost track ends
  // Kept for programs of 1.x: tracks remember what their filters need, not whole frames.
  int track_history_size = 1;
  float std_weight_position = 0.05F;  // noise of positions, in units of the square root of the area
  float std_weight_velocity = 0.00625F;  // noise of velocities, in the same units per frame
  std::array<float, 3> smooth_params{0.007F, 1, 1};  // one-euro filter: beta, fc_min, fc_derivative
};

// Errors: kInvalidArgument with the parameter, what was found and what is allowed.
Result<void> Check(const PoseTrackerParams& params);

// Errors: kInvalidArgument for sigmas that are not one per point of the pose detector.
Result<void> CheckSigmas(const PoseTrackerParams& params, int num_points);

}  // namespace mmdeploy
