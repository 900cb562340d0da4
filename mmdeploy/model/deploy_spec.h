#pragma once

#include "mmdeploy/model/model.h"

namespace mmdeploy {

// Reads deploy.json (documentation section "SDK model"). `weights`, `batch_size`, `precision` and
// `dynamic_shape` are optional; every file name must stay inside the model.
Result<DeploySpec> ReadDeploySpec(const Json& json, JsonNotes* notes);

}  // namespace mmdeploy
