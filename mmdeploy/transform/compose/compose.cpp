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

Result<StaticSample> Compose::Infer(const StaticSample& in) const {
  StaticSample sample = in;
  for (const auto& [name, transform] : steps_) {
    auto result = transform->Infer(sample);
    if (!result) return MakeError(Locate(result.error(), name));
    sample = std::move(*result);
  }
  return sample;
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
  StaticSample sample;
  for (size_t i = 0; i < steps.size(); ++i) {
    auto result = steps[i].transform->Infer(sample);
    if (!result) {
      return MakeError(result.error().In(
          fmt::format("{} ({})", (path / i).str(), transforms[i]["type"].get<std::string>())));
    }
    sample = std::move(*result);
  }
  return steps;
}

namespace {

Result<std::unique_ptr<Transform>> Create(JsonReader& reader, const TransformOptions& options) {
  reader.Describe("transforms", "array of steps");
  const Json* transforms = reader.RequireMember("transforms");
  MMDEPLOY_TRYV(reader.Finish());
  return CompileTransforms(*transforms, reader.path() / "transforms", options, options.notes,
                           options.fuse);
}

}  // namespace

TransformType compose_transform() { return {"Compose", Create}; }

}  // namespace mmdeploy
