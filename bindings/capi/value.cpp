#include "bindings/capi/generated/functions.h"
#include "bindings/capi/handle.h"
#include "bindings/capi/image.h"
#include "bindings/capi/wall.h"

namespace mmdeploy::capi {

Result<void> CommonCreateInput(const mmdeploy_mat_t* mats, int mat_count, mmdeploy_value_t* value) {
  MMDEPLOY_TRY(Value images, ToImages(mats, mat_count));
  *value = new mmdeploy_value{{std::move(images)}};
  return {};
}

Result<void> ValueFromJson(const char* json, mmdeploy_value_t* value) {
  MMDEPLOY_TRY(Json config, ParseJson(json, "json"));
  *value = new mmdeploy_value{{}, std::make_shared<const Json>(std::move(config))};
  return {};
}

mmdeploy_value_t ValueCopy(mmdeploy_value_t value) {
  mmdeploy_value_t copy = nullptr;
  Status([&]() -> Result<void> {
    if (value != nullptr) copy = new mmdeploy_value(*value);
    return {};
  });
  return copy;
}

int ValueDestroy(mmdeploy_value_t value) {
  delete value;
  return MMDEPLOY_SUCCESS;
}

}  // namespace mmdeploy::capi
