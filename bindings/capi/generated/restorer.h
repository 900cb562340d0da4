// Generated from mmdeploy/task/restorer/task.yaml by api/gen.py. Image restoration, for example
// super resolution behind the C API.
#pragma once

#include "bindings/capi/convert.h"
#include "bindings/capi/task.h"
#include "mmdeploy/restorer.h"
#include "mmdeploy/task/restorer/result.h"

namespace mmdeploy::capi {

struct RestorerTraits {
  using Handle = mmdeploy_restorer_t;
  using ResultStruct = Restoration;
  using Item = mmdeploy_mat_t;
  static constexpr const char* kName = "restorer";
  static constexpr TaskInputs kInputs = TaskInputs::kImages;
  static constexpr bool kOwnsMemory = true;

  // What `item` owns is freed by Release, also after a failure half way; `held` keeps what it
  // refers to.
  static Result<void> Fill([[maybe_unused]] const Restoration& result, Item* item,
                           [[maybe_unused]] Held* held) {
    return Assign(*item, result.image);
  }

  static void Release([[maybe_unused]] Item* item) { Free(*item); }
};

using RestorerTask = Task<RestorerTraits>;

}  // namespace mmdeploy::capi
