#include "mmdeploy/codebase/head.h"

#include <algorithm>
#include <cmath>

#include "mmdeploy/base/suggest.h"

namespace mmdeploy {

#define MMDEPLOY_HEAD(folder) std::vector<HeadType> folder##_heads();
#include "mmdeploy/codebase/head_list.inc"
#undef MMDEPLOY_HEAD

const std::vector<HeadType>& HeadTypes() {
  static const auto* types = [] {
    auto* all = new std::vector<HeadType>;
    const auto add = [&](std::vector<HeadType> rows) {
      all->insert(all->end(), rows.begin(), rows.end());
    };
#define MMDEPLOY_HEAD(folder) add(folder##_heads());
#include "mmdeploy/codebase/head_list.inc"
#undef MMDEPLOY_HEAD
    return all;
  }();
  return *types;
}

std::vector<std::string> CodebaseNames() {
  std::vector<std::string> names;
  for (const auto& type : HeadTypes()) {
    if (std::find(names.begin(), names.end(), type.codebase) == names.end()) {
      names.push_back(type.codebase);
    }
  }
  return names;
}

Result<std::unique_ptr<Module>> CreateHead(const std::string& codebase, JsonReader& args,
                                           const ModuleEnv& env) {
  static const Json* const kNoParams = new Json(Json::object());
  std::string component;
  args.Require("component", &component);
  const Json* params = args.Find("params");
  MMDEPLOY_TRYV(args.Finish());
  std::vector<std::string> known;
  for (const auto& type : HeadTypes()) {
    if (type.codebase != codebase) continue;
    if (type.component == component) {
      JsonReader reader(params ? *params : *kNoParams, args.path() / "params", env.notes);
      reader.AcceptAnyKey();
      return type.create(reader, env);
    }
    known.push_back(type.component);
  }
  return MakeError(Code::kNotSupported, "{}: unknown component '{}' of {}, known: {}",
                   (args.path() / "component").str(), component, codebase,
                   ListAllowed(component, known));
}

Result<const Tensor*> RequireOutput(const NamedTensors& tensors, const std::string& name,
                                    size_t min_rank) {
  const Tensor* tensor = Find(tensors, name);
  if (!tensor) {
    std::vector<std::string> found;
    for (const auto& [key, unused] : tensors) found.push_back(key);
    return MakeError(Code::kFail, "the network has no output '{}', found: {}", name,
                     ListAllowed(name, found));
  }
  MMDEPLOY_ENSURE(tensor->dtype() == DataType::kFloat32 && tensor->shape().size() >= min_rank,
                  Code::kFail, "output '{}' is {}, expected float32 of {} or more dimensions", name,
                  Describe(*tensor), min_rank);
  const float* data = tensor->data<float>();
  const auto bad = std::find_if(data, data + tensor->num_elements(),
                                [](float value) { return std::isnan(value); });
  MMDEPLOY_ENSURE(bad == data + tensor->num_elements(), Code::kFail,
                  "output '{}' ({}) holds NaN, first at element {}; check the network with "
                  "`mmdeploy verify`",
                  name, Describe(*tensor), bad - data);
  return tensor;
}

}  // namespace mmdeploy
