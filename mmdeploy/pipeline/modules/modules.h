#pragma once

#include "mmdeploy/module/module.h"

namespace mmdeploy {

// The built-in modules, each in a file of its own.
Result<std::unique_ptr<Module>> CreateTransformModule(JsonReader& args, const ModuleEnv& env);
Result<std::unique_ptr<Module>> CreateNetModule(JsonReader& args, const ModuleEnv& env);
Result<std::unique_ptr<Module>> CreateCropBoxModule(JsonReader& args, const ModuleEnv& env);
Result<std::unique_ptr<Module>> CreateAttachBoxModule(JsonReader& args, const ModuleEnv& env);
Result<std::unique_ptr<Module>> CreateRotateModule(JsonReader& args, const ModuleEnv& env);
Result<std::unique_ptr<Module>> CreateIsLabelModule(JsonReader& args, const ModuleEnv& env);
Result<std::unique_ptr<Module>> CreateCoalesceModule(JsonReader& args, const ModuleEnv& env);
Result<std::unique_ptr<Module>> CreateWarpBboxModule(JsonReader& args, const ModuleEnv& env);
Result<std::unique_ptr<Module>> CreateWarpBoxesModule(JsonReader& args, const ModuleEnv& env);

// A reader of the node's `params`, which may be missing; the node has no further keys of its own.
Result<JsonReader> ParamsOf(JsonReader& args, const ModuleEnv& env);

// What the compiler places between a value and a step that reads it from elsewhere.
std::shared_ptr<const Module> MakeCopy(const EdgeType& found, const EdgeType& wanted);

}  // namespace mmdeploy
