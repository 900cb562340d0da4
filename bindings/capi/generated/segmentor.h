// Generated from mmdeploy/task/segmentor/task.yaml by api/gen.py. Semantic segmentation behind the
// C API.
#pragma once

#include "bindings/capi/convert.h"
#include "bindings/capi/task.h"
#include "mmdeploy/segmentor.h"
#include "mmdeploy/task/segmentor/result.h"

namespace mmdeploy::capi {

struct SegmentorTraits {
  using Handle = mmdeploy_segmentor_t;
  using ResultStruct = Segmentation;
  using Item = mmdeploy_segmentation_t;
  static constexpr const char* kName = "segmentor";
  static constexpr TaskInputs kInputs = TaskInputs::kImages;
  static constexpr bool kOwnsMemory = false;

  // What `item` owns is freed by Release, also after a failure half way; `held` keeps what it
  // refers to.
  static Result<void> Fill([[maybe_unused]] const Segmentation& result, Item* item,
                           [[maybe_unused]] Held* held) {
    MMDEPLOY_TRYV(Assign(item->height, result.height));
    MMDEPLOY_TRYV(Assign(item->width, result.width));
    MMDEPLOY_TRYV(Assign(item->classes, result.classes));
    MMDEPLOY_TRYV(Assign(item->mask, result.mask, held));
    MMDEPLOY_TRYV(Assign(item->score, result.score, held));
    return {};
  }

  static void Release([[maybe_unused]] Item* item) {}
};

using SegmentorTask = Task<SegmentorTraits>;

}  // namespace mmdeploy::capi
