#include "mmdeploy/transform/collect/collect.h"

#include "mmdeploy/transform/step.h"

namespace mmdeploy {

Result<void> Collect::Run(Sample& sample, const TransformContext&) const {
  MMDEPLOY_ENSURE(sample.imgs.empty(), Code::kInvalidArgument,
                  "there are {} crops or frames, put FormatShape before this step to join them",
                  sample.imgs.size());
  MMDEPLOY_ENSURE(!sample.img.empty(), Code::kInvalidArgument,
                  "there is no image, put LoadImageFromFile before this step");
  for (const auto& key : args_.keys) sample.tensors.emplace_back(key, sample.img);
  return {};
}

Result<StaticImage> Collect::Infer(const StaticImage& in) const { return in; }

namespace {

Result<std::unique_ptr<Transform>> Create(JsonReader& reader, const TransformOptions&) {
  Collect::Args args;
  reader.Require("keys", &args.keys);
  if (reader.ok() && reader.Has("keys") && args.keys.empty()) {
    reader.Fail("keys", "expected at least one of 'img', 'imgs', found an empty array");
  }
  for (const auto& key : args.keys) {
    if (key != "img" && key != "imgs" && reader.ok()) {
      reader.Fail("keys", fmt::format("nothing makes '{}', allowed: 'img', 'imgs'", key));
    }
  }
  if (const Json* meta_keys = reader.Find("meta_keys"); meta_keys && !meta_keys->is_string()) {
    std::vector<std::string> names;
    reader.Read("meta_keys", &names);
  }
  return MakeStep<Collect>(reader, std::move(args));
}

}  // namespace

TransformType collect_transform() { return {"Collect", Create}; }

}  // namespace mmdeploy
