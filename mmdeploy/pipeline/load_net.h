#pragma once

#include "mmdeploy/backend/engine.h"
#include "mmdeploy/model/model.h"

namespace mmdeploy {

// Loads a network of an SDK model into the engine that deploy.json names. `options.precision` is
// taken from `spec`; engine options of the caller win over those of `spec`, and `low_latency` holds
// if either says so. Errors: a missing
// engine or file, the engine's own.
Result<std::shared_ptr<const Net>> LoadNet(const Model& model, const NetSpec& spec,
                                           NetOptions options);

}  // namespace mmdeploy
