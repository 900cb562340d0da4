#include "mmdeploy/transform/transform.h"

#include "mmdeploy/base/suggest.h"
#include "mmdeploy/transform/compose/compose.h"
#include "mmdeploy/transform/fused/fused.h"

namespace mmdeploy {

#define MMDEPLOY_TRANSFORM(folder) TransformType folder##_transform();
#include "mmdeploy/transform/transform_list.inc"
#undef MMDEPLOY_TRANSFORM

const Tensor* Find(const NamedTensors& tensors, std::string_view name) {
  for (const auto& [key, tensor] : tensors) {
    if (key == name) return &tensor;
  }
  return nullptr;
}

const std::vector<TransformType>& TransformTypes() {
  static const auto* types = new std::vector<TransformType>{
#define MMDEPLOY_TRANSFORM(folder) folder##_transform(),
#include "mmdeploy/transform/transform_list.inc"
#undef MMDEPLOY_TRANSFORM
  };
  return *types;
}

Result<std::unique_ptr<Transform>> CreateTransform(const Json& json, const JsonPath& path,
                                                   const TransformOptions& options,
                                                   JsonNotes* notes) {
  JsonReader args(json, path, notes);
  std::string name;
  args.Require("type", &name);
  if (!args.ok() || name.empty()) {
    MMDEPLOY_TRYV(args.Finish());
    return MakeError(Code::kFail, "{}: expected the name of a transform, found ''",
                     (path / "type").str());
  }
  std::vector<std::string> known;
  for (const auto& type : TransformTypes()) {
    if (type.name == name) {
      TransformOptions nested = options;
      nested.notes = notes;
      return type.create(args, nested);
    }
    known.push_back(type.name);
  }
  return MakeError(Code::kNotSupported, "{}: unknown transform '{}', known: {}",
                   (path / "type").str(), name, ListAllowed(name, known));
}

Result<std::unique_ptr<Transform>> CompileTransforms(const Json& transforms, const JsonPath& path,
                                                     const TransformOptions& options,
                                                     JsonNotes* notes, bool fuse) {
  TransformOptions nested = options;
  nested.notes = notes;
  nested.fuse = fuse;
  MMDEPLOY_TRY(auto steps, ReadSteps(transforms, path, nested));
  if (fuse) steps = FuseSteps(std::move(steps));
  return std::make_unique<Compose>(std::move(steps));
}

}  // namespace mmdeploy
