// Generated from mmdeploy/task/text_detector/task.yaml by api/gen.py. Detection of text behind the
// C API.
#pragma once

#include "bindings/capi/convert.h"
#include "bindings/capi/task.h"
#include "mmdeploy/task/text_detector/result.h"
#include "mmdeploy/text_detector.h"

namespace mmdeploy::capi {

struct TextDetectorTraits {
  using Handle = mmdeploy_text_detector_t;
  using ResultStruct = TextDetection;
  using Item = mmdeploy_text_detection_t;
  static constexpr const char* kName = "text_detector";
  static constexpr TaskInputs kInputs = TaskInputs::kImages;
  static constexpr bool kOwnsMemory = false;

  // What `item` owns is freed by Release, also after a failure half way; `held` keeps what it
  // refers to.
  static Result<void> Fill([[maybe_unused]] const TextDetection& result, Item* item,
                           [[maybe_unused]] Held* held) {
    MMDEPLOY_TRYV(Assign(item->bbox, result.bbox));
    MMDEPLOY_TRYV(Assign(item->score, result.score));
    return {};
  }

  static void Release([[maybe_unused]] Item* item) {}
};

using TextDetectorTask = Task<TextDetectorTraits>;

}  // namespace mmdeploy::capi
