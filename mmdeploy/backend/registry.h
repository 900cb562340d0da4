#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mmdeploy/backend/engine.h"

namespace mmdeploy {

// Names of all engines that mmdeploy knows, whether installed or not.
std::vector<std::string> EngineNames();

// The engine called `name`: one that is linked in, else the plug-in libmmdeploy_<name>.so, opened
// on first use. Searched in the folders of the environment variable MMDEPLOY_ENGINE_PATH (separated
// by colons), then beside the library that holds this code; engines that mmdeploy does not know
// only in the former. Thread-safe; never unloaded. Errors: kNotSupported for an unknown name, a
// missing plug-in or one of another build, with what to do.
Result<const Engine*> FindEngine(std::string_view name);

}  // namespace mmdeploy
