// Generated from mmdeploy/task/rotated_detector/task.yaml by api/gen.py. Detection of rotated
// objects behind the C API.
#pragma once

#include "bindings/capi/convert.h"
#include "bindings/capi/task.h"
#include "mmdeploy/rotated_detector.h"
#include "mmdeploy/task/rotated_detector/result.h"

namespace mmdeploy::capi {

struct RotatedDetectorTraits {
  using Handle = mmdeploy_rotated_detector_t;
  using ResultStruct = RotatedDetection;
  using Item = mmdeploy_rotated_detection_t;
  static constexpr const char* kName = "rotated_detector";
  static constexpr TaskInputs kInputs = TaskInputs::kImages;
  static constexpr bool kOwnsMemory = false;

  // What `item` owns is freed by Release, also after a failure half way; `held` keeps what it
  // refers to.
  static Result<void> Fill([[maybe_unused]] const RotatedDetection& result, Item* item,
                           [[maybe_unused]] Held* held) {
    MMDEPLOY_TRYV(Assign(item->label_id, result.label_id));
    MMDEPLOY_TRYV(Assign(item->score, result.score));
    MMDEPLOY_TRYV(Assign(item->rbbox, result.rbbox));
    return {};
  }

  static void Release([[maybe_unused]] Item* item) {}
};

using RotatedDetectorTask = Task<RotatedDetectorTraits>;

}  // namespace mmdeploy::capi
