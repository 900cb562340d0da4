// Generated from api/sdk.yaml by api/gen.py. Objects and their key points through videos.
#ifndef MMDEPLOY_POSE_TRACKER_H
#define MMDEPLOY_POSE_TRACKER_H

#include "mmdeploy/common.h"
#include "mmdeploy/model.h"

#ifdef __cplusplus
extern "C" {
#endif

// A detector and a pose detector, loaded. Any number of threads may call it at the same time, each
// with streams of its own.
typedef struct mmdeploy_pose_tracker* mmdeploy_pose_tracker_t;

// What one stream (a video) remembers between frames. One call at a time may use it.
typedef struct mmdeploy_pose_tracker_state* mmdeploy_pose_tracker_state_t;

// How a stream is tracked. Begin with mmdeploy_pose_tracker_default_params.
typedef struct mmdeploy_pose_tracker_param_t {
  // in frames: objects are detected in every n-th one; 0: only where `use_detect` says so. Default:
  // 1
  int32_t det_interval;
  // label of the detector for the objects that are tracked; others are not seen, also if the
  // detector has no such label. Default: 0
  int32_t det_label;
  // score: detections need a higher one. Default: 0.5
  float det_thr;
  // pixels: detections need the square of this as area; up to 0: no limit. Default: -1
  float det_min_bbox_size;
  // intersection over union, 0 to 1: of boxes that overlap by more one is looked into. Default: 0.7
  float det_nms_thr;
  // number of boxes of a frame that the pose detector looks into; -1: all. Default: -1
  int32_t pose_max_num_bboxes;
  // score: key points with a lower one are not seen. Default: 0.5
  float pose_kpt_thr;
  // number of key points of an object that must be seen, else it is not; -1: half of them, rounded
  // up. An object always needs one. Where those that are seen are one point or lie in a line, its
  // box is the one that was looked into. Default: -1
  int32_t pose_min_keypoints;
  // factor: the box of an object is that of its key points that are seen, times this around its
  // centre. Default: 1.25
  float pose_bbox_scale;
  // pixels: the expected boxes of objects need more than the square of this as area to be looked
  // into. Default: 0
  float pose_min_bbox_size;
  // 0 to 1: poses that overlap by more are one; intersection over union of their boxes, or OKS
  // (COCO's object key point similarity) with `keypoint_sigmas`. Default: 0.5
  float pose_nms_thr;
  // above 0: how far each key point strays, as in COCO's OKS, one per point of the pose detector;
  // NULL: boxes are compared. Copied. Default: NULL
  float* keypoint_sigmas;
  // how many there are; another number than that of the pose detector's points is refused when the
  // state is created. Default: 0
  int32_t keypoint_sigmas_size;
  // intersection over union, 0 to 1: a lost object is found again where boxes overlap by at least
  // this. Default: 0.4
  float track_iou_thr;
  // in frames: an object that is lost for more is forgotten. Default: 10
  int32_t track_max_missing;
  // 1 or more; read for compatibility, tracks need no older frames. Default: 1
  int32_t track_history_size;
  // noise of positions, in units of the square root of the box's area. Default: 0.05
  float std_weight_position;
  // noise of velocities, in the same units per frame. Default: 0.00625
  float std_weight_velocity;
  // of the one-euro filter, per frame: beta (how much fast movement is smoothed less), fc_min and
  // fc_derivative (cut-off frequencies of places and of velocities). Default: {0.007, 1, 1}
  float smooth_params[3];
} mmdeploy_pose_tracker_param_t;

// An object that is seen in a frame.
typedef struct mmdeploy_pose_tracker_target_t {
  // pixels of the frame, smoothed
  mmdeploy_point_t* keypoints;
  // how many there are
  int32_t keypoint_count;
  // of each key point
  float* scores;
  // smoothed
  mmdeploy_rect_t bbox;
  // the same in all frames of a stream; counted from 0
  uint32_t target_id;
} mmdeploy_pose_tracker_target_t;

// Fills in the defaults.
MMDEPLOY_API int mmdeploy_pose_tracker_default_params(mmdeploy_pose_tracker_param_t* params);

// Loads a detector and a pose detector. The handle keeps what it needs of the models.
MMDEPLOY_API int mmdeploy_pose_tracker_create(mmdeploy_model_t det_model,
                                              mmdeploy_model_t pose_model,
                                              mmdeploy_context_t context,
                                              mmdeploy_pose_tracker_t* pipeline);

// Frees a handle. No call on it may be running. States keep existing.
MMDEPLOY_API void mmdeploy_pose_tracker_destroy(mmdeploy_pose_tracker_t pipeline);

// The state of a new stream. Parameters outside of their ranges give MMDEPLOY_E_INVALID_ARG, as do
// `keypoint_sigmas` that are not one per key point, for which the pose detector looks at a blank
// picture once.
//   params: copied; NULL: the defaults
MMDEPLOY_API int mmdeploy_pose_tracker_create_state(mmdeploy_pose_tracker_t pipeline,
                                                    const mmdeploy_pose_tracker_param_t* params,
                                                    mmdeploy_pose_tracker_state_t* state);

// Frees a state. No call with it may be running.
MMDEPLOY_API void mmdeploy_pose_tracker_destroy_state(mmdeploy_pose_tracker_state_t state);

// Tracks the next frame of each of some streams. A call that fails leaves all of them as they were.
// The caller frees the results with mmdeploy_pose_tracker_release_result.
//   states: of the streams, each once
//   frames: one per stream; frames of a stream have one size
//   use_detect: per stream -1: by det_interval, 0: no, 1: yes; NULL: -1 for all
//   count: number of streams
//   results: the objects that are seen, stream by stream
//   result_count: how many of each stream; count entries
MMDEPLOY_API int mmdeploy_pose_tracker_apply(mmdeploy_pose_tracker_t pipeline,
                                             mmdeploy_pose_tracker_state_t* states,
                                             const mmdeploy_mat_t* frames,
                                             const int32_t* use_detect, int32_t count,
                                             mmdeploy_pose_tracker_target_t** results,
                                             int32_t** result_count);

// Frees results.
//   count: number of streams
MMDEPLOY_API void mmdeploy_pose_tracker_release_result(mmdeploy_pose_tracker_target_t* results,
                                                       const int32_t* result_count, int count);

#ifdef __cplusplus
}
#endif

#endif  // MMDEPLOY_POSE_TRACKER_H
