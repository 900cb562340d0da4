// Generated from mmdeploy/task/pose_detector/task.yaml by api/gen.py. Key points of objects in
// given boxes behind the C API.
#pragma once

#include "bindings/capi/convert.h"
#include "bindings/capi/task.h"
#include "mmdeploy/pose_detector.h"
#include "mmdeploy/task/pose_detector/result.h"

namespace mmdeploy::capi {

struct PoseDetectorTraits {
  using Handle = mmdeploy_pose_detector_t;
  using ResultStruct = PoseDetection;
  using Item = mmdeploy_pose_detection_t;
  static constexpr const char* kName = "pose_detector";
  static constexpr TaskInputs kInputs = TaskInputs::kBoxes;
  static constexpr bool kOwnsMemory = true;

  // What `item` owns is freed by Release, also after a failure half way; `held` keeps what it
  // refers to.
  static Result<void> Fill([[maybe_unused]] const PoseDetection& result, Item* item,
                           [[maybe_unused]] Held* held) {
    MMDEPLOY_TRYV(Assign(item->point, result.points));
    MMDEPLOY_TRYV(Assign(item->score, result.scores));
    MMDEPLOY_TRYV(Assign(item->length, static_cast<int>(result.points.size())));
    return {};
  }

  static void Release([[maybe_unused]] Item* item) {
    Free(item->point);
    Free(item->score);
  }
};

using PoseDetectorTask = Task<PoseDetectorTraits>;

}  // namespace mmdeploy::capi
