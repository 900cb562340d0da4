#include "mmdeploy/pipeline/modules/modules.h"

#include "mmdeploy/codebase/head.h"

namespace mmdeploy {

const std::vector<ModuleType>& ModuleTypes() {
  static const auto* types = [] {
    auto* list = new std::vector<ModuleType>{
        {"Transform", CreateTransformModule}, {"Net", CreateNetModule},
        {"CropBox", CreateCropBoxModule},     {"AttachBox", CreateAttachBoxModule},
        {"Rotate", CreateRotateModule},       {"IsLabel", CreateIsLabelModule},
        {"Coalesce", CreateCoalesceModule},   {"WarpBbox", CreateWarpBboxModule},
        {"WarpBoxes", CreateWarpBoxesModule},
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

Result<JsonReader> ParamsOf(JsonReader& args, const ModuleEnv& env) {
  static const Json* const kNoParams = new Json(Json::object());
  args.Ignore({"component"});
  args.Describe("params", "object", "{}");
  const Json* params = args.Find("params");
  MMDEPLOY_TRYV(args.Finish());
  return JsonReader(params ? *params : *kNoParams, args.path() / "params", env.notes);
}

}  // namespace mmdeploy
