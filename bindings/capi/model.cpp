#include "bindings/capi/generated/functions.h"
#include "bindings/capi/handle.h"

namespace mmdeploy::capi {

Result<void> ModelCreateByPath(const char* path, mmdeploy_model_t* model) {
  MMDEPLOY_TRY(auto loaded, Model::FromPath(path));
  *model = new mmdeploy_model{std::move(loaded)};
  return {};
}

Result<void> ModelCreate(const void* buffer, int size, mmdeploy_model_t* model) {
  MMDEPLOY_ENSURE(buffer != nullptr && size > 0, Code::kFail,
                  "the model's buffer is empty ({} bytes); pass the bytes of a zip file", size);
  MMDEPLOY_TRY(auto loaded, Model::FromBuffer(buffer, static_cast<size_t>(size)));
  *model = new mmdeploy_model{std::move(loaded)};
  return {};
}

void ModelDestroy(mmdeploy_model_t model) { delete model; }

}  // namespace mmdeploy::capi
