// Generated from api/sdk.yaml by api/gen.py. An SDK model: a folder or a zip file with deploy.json,
// pipeline.json and the engine's files.
#ifndef MMDEPLOY_MODEL_H
#define MMDEPLOY_MODEL_H

#include "mmdeploy/common.h"

#ifdef __cplusplus
extern "C" {
#endif

// A model that is read but not loaded into an engine. Shared by the handles made from it.
typedef struct mmdeploy_model* mmdeploy_model_t;

// Reads a model from a folder or a zip file.
MMDEPLOY_API int mmdeploy_model_create_by_path(const char* path, mmdeploy_model_t* model);

// Reads a model from the bytes of a zip file. The bytes are copied. An empty buffer gives
// MMDEPLOY_E_FAIL.
MMDEPLOY_API int mmdeploy_model_create(const void* buffer, int size, mmdeploy_model_t* model);

// Frees a model. Handles that were made from it keep working.
MMDEPLOY_API void mmdeploy_model_destroy(mmdeploy_model_t model);

#ifdef __cplusplus
}
#endif

#endif  // MMDEPLOY_MODEL_H
