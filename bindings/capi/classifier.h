#pragma once

#include "bindings/capi/task.h"
#include "mmdeploy/classifier.h"

namespace mmdeploy::capi {

struct ClassifierTraits {
  using Handle = mmdeploy_classifier_t;
  using Item = mmdeploy_classification_t;
  static constexpr const char* kName = "classifier";
  static constexpr Kind kKind = Kind::kClassification;

  static Item ToItem(const Value& value) {
    const Classification& result = value.classification();
    return {result.label_id, result.score};
  }
};

using ClassifierTask = Task<ClassifierTraits>;

}  // namespace mmdeploy::capi
