#include "mmdeploy/pipeline/modules/modules.h"

namespace mmdeploy {
namespace {

// The preprocessing steps of a pipeline as one node.
class TransformModule : public Module {
 public:
  TransformModule(std::unique_ptr<Transform> transform, std::optional<std::vector<TensorInfo>> made)
      : transform_(std::move(transform)) {
    signature_.inputs = {EdgeType{{Kind::kImage, Kind::kSample}, 0, {}}};
    signature_.outputs = {EdgeType{Kind::kSample, 0, std::move(made)}};
  }

  const Signature& signature() const override { return signature_; }

  Result<Values> Run(Span<const Value> inputs, const RunContext& context) const override {
    Sample sample;
    if (inputs[0].kind() == Kind::kImage) {
      sample.ori_img = inputs[0].image();
    } else {
      sample = inputs[0].sample();
    }
    // Images that a video brings in frames are checked by the step that takes them.
    if (sample.frames.empty()) MMDEPLOY_TRYV(Check(sample.ori_img));
    MMDEPLOY_TRYV(transform_->Run(sample, {context.pool, std::max(1, context.num_threads)}));
    return Values{Value(std::move(sample))};
  }

 private:
  std::unique_ptr<Transform> transform_;
  Signature signature_;
};

// Keys that the last Collect of a list of steps hands on; nullopt without a Collect.
std::optional<std::vector<std::string>> CollectedKeys(const Json& transforms) {
  for (auto it = transforms.rbegin(); it != transforms.rend(); ++it) {
    if (it->value("type", "") != "Collect") continue;
    const auto keys = it->find("keys");
    if (keys == it->end() || !keys->is_array()) return std::nullopt;
    std::vector<std::string> names;
    for (const auto& key : *keys) {
      if (key.is_string()) names.push_back(key.get<std::string>());
    }
    return names;
  }
  return std::nullopt;
}

std::vector<TensorInfo> MadeTensors(const std::vector<std::string>& keys,
                                    const StaticImage& image) {
  std::vector<TensorInfo> made;
  for (const auto& key : keys) {
    TensorInfo info;
    info.name = key;
    if (key == "img" && image.planar && image.dtype) {
      info.dtype = *image.dtype;
      info.shape = {1, image.channels, image.height, image.width};
    }
    made.push_back(std::move(info));
  }
  return made;
}

}  // namespace

Result<std::unique_ptr<Module>> CreateTransformModule(JsonReader& args, const ModuleEnv& env) {
  const Json* transforms = args.RequireMember("transforms");
  MMDEPLOY_TRYV(args.Finish());
  const auto path = args.path() / "transforms";
  MMDEPLOY_TRYV(ExpectArray(*transforms, path));
  TransformOptions options;
  if (env.model) options.version = env.model->deploy().version;
  MMDEPLOY_TRY(auto transform, CompileTransforms(*transforms, path, options, env.notes,
                                                 env.options->fuse_transforms));
  MMDEPLOY_TRY(const StaticImage image, transform->Infer(StaticImage{}));
  std::optional<std::vector<TensorInfo>> made;
  if (const auto keys = CollectedKeys(*transforms)) made = MadeTensors(*keys, image);
  return std::make_unique<TransformModule>(std::move(transform), std::move(made));
}

}  // namespace mmdeploy
