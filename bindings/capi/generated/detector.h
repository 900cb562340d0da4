// Generated from mmdeploy/task/detector/task.yaml by api/gen.py. Object detection and instance
// segmentation behind the C API.
#pragma once

#include "bindings/capi/convert.h"
#include "bindings/capi/task.h"
#include "mmdeploy/detector.h"
#include "mmdeploy/task/detector/result.h"

namespace mmdeploy::capi {

struct DetectorTraits {
  using Handle = mmdeploy_detector_t;
  using ResultStruct = Detection;
  using Item = mmdeploy_detection_t;
  static constexpr const char* kName = "detector";
  static constexpr TaskInputs kInputs = TaskInputs::kImages;
  static constexpr bool kOwnsMemory = true;

  // What `item` owns is freed by Release, also after a failure half way; `held` keeps what it
  // refers to.
  static Result<void> Fill([[maybe_unused]] const Detection& result, Item* item,
                           [[maybe_unused]] Held* held) {
    MMDEPLOY_TRYV(Assign(item->label_id, result.label_id));
    MMDEPLOY_TRYV(Assign(item->score, result.score));
    MMDEPLOY_TRYV(Assign(item->bbox, result.bbox));
    MMDEPLOY_TRYV(Assign(item->mask, result.mask));
    return {};
  }

  static void Release([[maybe_unused]] Item* item) { Free(item->mask); }
};

using DetectorTask = Task<DetectorTraits>;

}  // namespace mmdeploy::capi
