// Generated from api/sdk.yaml by api/gen.py. Key points of objects in given boxes.
#ifndef MMDEPLOY_POSE_DETECTOR_H
#define MMDEPLOY_POSE_DETECTOR_H

#include "mmdeploy/common.h"
#include "mmdeploy/executor.h"
#include "mmdeploy/model.h"

#ifdef __cplusplus
extern "C" {
#endif

// Key points of objects in given boxes: a loaded model.
typedef struct mmdeploy_pose_detector* mmdeploy_pose_detector_t;

// The key points of one box, in the order in which the boxes were given, image by image.
typedef struct mmdeploy_pose_detection_t {
  // pixels of the image that was given
  mmdeploy_point_t* point;
  // of each point
  float* score;
  // number of points
  int length;
} mmdeploy_pose_detection_t;

// Loads a model into its engine. The handle keeps what it needs of the model.
MMDEPLOY_API int mmdeploy_pose_detector_create(mmdeploy_model_t model, const char* device_name,
                                               int device_id, mmdeploy_pose_detector_t* handle);

// The same from a folder or a zip file.
MMDEPLOY_API int mmdeploy_pose_detector_create_by_path(const char* model_path,
                                                       const char* device_name, int device_id,
                                                       mmdeploy_pose_detector_t* handle);

// The same with the settings of a context (device, threads).
MMDEPLOY_API int mmdeploy_pose_detector_create_with_context(mmdeploy_model_t model,
                                                            mmdeploy_context_t context,
                                                            mmdeploy_pose_detector_t* handle);

// The same with schedulers that tasks of the pipeline run on. With MMDEPLOY_API_LEVEL 1 this name
// is mmdeploy_pose_detector_create_with_context.
#if MMDEPLOY_API_LEVEL >= 1
#define mmdeploy_pose_detector_create_v2 mmdeploy_pose_detector_create_with_context
#else
MMDEPLOY_API int mmdeploy_pose_detector_create_v2(mmdeploy_model_t model, const char* device_name,
                                                  int device_id, mmdeploy_exec_info_t exec_info,
                                                  mmdeploy_pose_detector_t* handle);
#endif

// A value that holds images. Their pixels are not copied and must stay valid while the value is in
// use.
//   bboxes: of all images one after the other; NULL: each image is one box
//   bbox_count: how many boxes each image has; an entry per image
MMDEPLOY_API int mmdeploy_pose_detector_create_input(const mmdeploy_mat_t* mats, int mat_count,
                                                     const mmdeploy_rect_t* bboxes,
                                                     const int* bbox_count,
                                                     mmdeploy_value_t* value);

// Runs the model on images. Any number of threads may call one handle at the same time. The caller
// frees the results with mmdeploy_pose_detector_release_result.
//   results: of all images one after the other
MMDEPLOY_API int mmdeploy_pose_detector_apply(mmdeploy_pose_detector_t handle,
                                              const mmdeploy_mat_t* mats, int mat_count,
                                              mmdeploy_pose_detection_t** results);

// The same for boxes of images; the number of results is the number of boxes.
//   bboxes: of all images one after the other; NULL: each image is one box
//   bbox_count: how many boxes each image has; an entry per image
MMDEPLOY_API int mmdeploy_pose_detector_apply_bbox(mmdeploy_pose_detector_t handle,
                                                   const mmdeploy_mat_t* mats, int mat_count,
                                                   const mmdeploy_rect_t* bboxes,
                                                   const int* bbox_count,
                                                   mmdeploy_pose_detection_t** results);

// Runs the model on a value of mmdeploy_pose_detector_create_input. The caller destroys both
// values.
MMDEPLOY_API int mmdeploy_pose_detector_apply_v2(mmdeploy_pose_detector_t handle,
                                                 mmdeploy_value_t input, mmdeploy_value_t* output);

// Runs the model on what `input` gives, on the thread where that ends;
// mmdeploy_pose_detector_get_result reads what the new sender gives. The handle must live until it
// completes.
MMDEPLOY_API int mmdeploy_pose_detector_apply_async(mmdeploy_pose_detector_t handle,
                                                    mmdeploy_sender_t input,
                                                    mmdeploy_sender_t* output);

// The results in an output of mmdeploy_pose_detector_apply_v2, to be freed like those of
// mmdeploy_pose_detector_apply.
MMDEPLOY_API int mmdeploy_pose_detector_get_result(mmdeploy_value_t output,
                                                   mmdeploy_pose_detection_t** results);

// Frees results.
//   count: number of images, after apply_bbox of boxes
MMDEPLOY_API void mmdeploy_pose_detector_release_result(mmdeploy_pose_detection_t* results,
                                                        int count);

// Frees a handle. No call on it may be running.
MMDEPLOY_API void mmdeploy_pose_detector_destroy(mmdeploy_pose_detector_t handle);

#ifdef __cplusplus
}
#endif

#endif  // MMDEPLOY_POSE_DETECTOR_H
