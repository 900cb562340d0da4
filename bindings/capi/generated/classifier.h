// Generated from mmdeploy/task/classifier/task.yaml by api/gen.py. Image classification behind the
// C API.
#pragma once

#include "bindings/capi/convert.h"
#include "bindings/capi/task.h"
#include "mmdeploy/classifier.h"
#include "mmdeploy/task/classifier/result.h"

namespace mmdeploy::capi {

struct ClassifierTraits {
  using Handle = mmdeploy_classifier_t;
  using ResultStruct = Classification;
  using Item = mmdeploy_classification_t;
  static constexpr const char* kName = "classifier";
  static constexpr TaskInputs kInputs = TaskInputs::kImages;
  static constexpr bool kOwnsMemory = false;

  // What `item` owns is freed by Release, also after a failure half way; `held` keeps what it
  // refers to.
  static Result<void> Fill([[maybe_unused]] const Classification& result, Item* item,
                           [[maybe_unused]] Held* held) {
    MMDEPLOY_TRYV(Assign(item->label_id, result.label_id));
    MMDEPLOY_TRYV(Assign(item->score, result.score));
    return {};
  }

  static void Release([[maybe_unused]] Item* item) {}
};

using ClassifierTask = Task<ClassifierTraits>;

}  // namespace mmdeploy::capi
