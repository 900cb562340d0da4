#include "mmdeploy/pipeline/modules/modules.h"

#include "mmdeploy/codebase/head.h"

namespace mmdeploy {

const std::vector<ModuleType>& ModuleTypes() {
  static const auto* types = [] {
    auto* list = new std::vector<ModuleType>{
        {"Transform", CreateTransformModule},
        {"Net", CreateNetModule},
        {"CropBox", CreateCropBoxModule},
        {"AttachBox", CreateAttachBoxModule},
    };
    for (const auto& codebase : CodebaseNames()) {
      list->push_back({codebase, [codebase](JsonReader& args, const ModuleEnv& env) {
                         return CreateHead(codebase, args, env);
                       }});
    }
    return list;
  }();
  return *types;
}

}  // namespace mmdeploy
