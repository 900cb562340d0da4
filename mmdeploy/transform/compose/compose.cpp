#include "mmdeploy/transform/compose/compose.h"

namespace mmdeploy {
namespace {

Error Locate(const Error& error, const std::string& name) {
  return name.empty() ? error : error.In(name);
}

}  // namespace

Result<void> Compose::Run(Sample& sample, const TransformContext& context) const {
  for (const auto& [name, transform] : steps_) {
    if (auto result = transform->Run(sample, context); !result) {
      return MakeError(Locate(result.error(), name));
    }
  }
  return {};
}

Result<StaticImage> Compose::Infer(const StaticImage& in) const {
  StaticImage image = in;
  for (const auto& [name, transform] : steps_) {
    auto result = transform->Infer(image);
    if (!result) return MakeError(Locate(result.error(), name));
    image = *result;
  }
  return image;
}

Result<std::vector<Compose::Step>> ReadSteps(const Json& transforms, const JsonPath& path,
                                             const TransformOptions& options) {
  MMDEPLOY_TRYV(ExpectArray(transforms, path));
  std::vector<Compose::Step> steps;
  for (size_t i = 0; i < transforms.size(); ++i) {
    const JsonPath step_path = path / i;
    MMDEPLOY_TRY(auto step, CreateTransform(transforms[i], step_path, options, options.notes));
    steps.push_back({fmt::format("transforms/{} ({})", i, transforms[i]["type"].get<std::string>()),
                     std::move(step)});
  }
  StaticImage image;
  for (size_t i = 0; i < steps.size(); ++i) {
    auto result = steps[i].transform->Infer(image);
    if (!result) {
      return MakeError(result.error().In(
          fmt::format("{} ({})", (path / i).str(), transforms[i]["type"].get<std::string>())));
    }
    image = *result;
  }
  return steps;
}

namespace {

Result<std::unique_ptr<Transform>> Create(JsonReader& reader, const TransformOptions& options) {
  const Json* transforms = reader.RequireMember("transforms");
  MMDEPLOY_TRYV(reader.Finish());
  return CompileTransforms(*transforms, reader.path() / "transforms", options, options.notes,
                           options.fuse);
}

}  // namespace

TransformType compose_transform() { return {"Compose", Create}; }

}  // namespace mmdeploy
