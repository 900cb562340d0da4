// Generated from api/sdk.yaml by api/gen.py. Checks arguments, then calls the function that does
// the work.
#include "mmdeploy/model.h"

#include <memory>

#include "bindings/capi/generated/functions.h"
#include "bindings/capi/sender.h"
#include "bindings/capi/wall.h"

int mmdeploy_model_create_by_path(const char* path, mmdeploy_model_t* model) {
  if (model != nullptr) *model = nullptr;
  return mmdeploy::capi::Status([&]() -> mmdeploy::Result<void> {
    constexpr auto function = "mmdeploy_model_create_by_path";
    MMDEPLOY_CHECK_NOT_NULL(path);
    MMDEPLOY_CHECK_NOT_NULL(model);
    return mmdeploy::capi::ModelCreateByPath(path, model);
  });
}

int mmdeploy_model_create(const void* buffer, int size, mmdeploy_model_t* model) {
  if (model != nullptr) *model = nullptr;
  return mmdeploy::capi::Status([&]() -> mmdeploy::Result<void> {
    constexpr auto function = "mmdeploy_model_create";
    MMDEPLOY_CHECK_NOT_NULL(model);
    return mmdeploy::capi::ModelCreate(buffer, size, model);
  });
}

void mmdeploy_model_destroy(mmdeploy_model_t model) { return mmdeploy::capi::ModelDestroy(model); }
