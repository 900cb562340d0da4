#pragma once

#include "mmdeploy/module/module.h"

namespace mmdeploy {

// The built-in modules, each in a file of its own.
Result<std::unique_ptr<Module>> CreateTransformModule(JsonReader& args, const ModuleEnv& env);
Result<std::unique_ptr<Module>> CreateNetModule(JsonReader& args, const ModuleEnv& env);
Result<std::unique_ptr<Module>> CreateCropBoxModule(JsonReader& args, const ModuleEnv& env);

}  // namespace mmdeploy
