#include "mmdeploy/transform/collect/collect.h"

#include <algorithm>

#include "mmdeploy/base/suggest.h"
#include "mmdeploy/transform/step.h"

namespace mmdeploy {
namespace {

constexpr char kFormatShapeMissing[] = "put FormatShape before this step to join them";
constexpr char kLoadMissing[] = "there is no image, put LoadImageFromFile before this step";

bool IsImage(std::string_view key) { return key == "img" || key == "imgs"; }

// The image as the network sees it. Errors: there is none, or there are several.
Result<Tensor> ImageOf(const Sample& sample) {
  MMDEPLOY_ENSURE(sample.imgs.empty(), Code::kInvalidArgument, "there are {} crops or frames, {}",
                  sample.imgs.size(), kFormatShapeMissing);
  MMDEPLOY_ENSURE(!sample.img.empty(), Code::kInvalidArgument, "{}", kLoadMissing);
  const Shape& shape = sample.img.shape();
  if (shape.size() != 3) return sample.img;
  return sample.img.Reshaped({1, shape[0], shape[1], shape[2]});
}

Result<Tensor> BoxOf(const Sample& sample) {
  MMDEPLOY_ENSURE(sample.bbox, Code::kInvalidArgument,
                  "the caller has given no 'bbox' with this image");
  MMDEPLOY_TRY(Tensor box, Tensor::Allocate(DataType::kFloat32, {1, 4}));
  const Rect& rect = *sample.bbox;
  const std::array<float, 4> sides{rect.left, rect.top, rect.right, rect.bottom};
  std::copy(sides.begin(), sides.end(), box.data<float>());
  return box;
}

tl::unexpected<Error> NothingMakes(const std::string& key, const std::vector<std::string>& found) {
  return MakeError(Code::kInvalidArgument,
                   "keys: nothing before this step makes '{}', there is: {}", key,
                   found.empty() ? "nothing" : ListAllowed(key, found));
}

Result<Tensor> PartOf(const Sample& sample, const std::string& key) {
  // What an earlier node has made of an image counts when no step of this one has loaded it.
  const bool has_img = !sample.img.empty() || !sample.imgs.empty();
  if (IsImage(key) && (has_img || !Find(sample.tensors, key))) return ImageOf(sample);
  if (const Tensor* tensor = Find(sample.tensors, key)) return *tensor;
  if (key == "bbox") return BoxOf(sample);
  std::vector<std::string> found;
  if (has_img) found.emplace_back("img");
  if (sample.bbox) found.emplace_back("bbox");
  for (const auto& [name, unused] : sample.tensors) found.push_back(name);
  return NothingMakes(key, found);
}

StaticTensor InferImage(const std::string& key, const StaticImage& img) {
  StaticTensor made{key, img.dtype, {}, {}};
  if (img.channels >= 0) {
    made.shape = img.planar ? Shape{1, img.channels, img.height, img.width}
                            : Shape{1, img.height, img.width, img.channels};
  }
  return made;
}

Result<StaticTensor> InferPart(const StaticSample& in, const std::string& key) {
  if (IsImage(key) && in.may_have_img) {
    MMDEPLOY_ENSURE(!in.img.several, Code::kInvalidArgument, "there are crops or frames, {}",
                    kFormatShapeMissing);
    return InferImage(key, in.img);
  }
  if (key == "bbox" && in.may_have_bbox) return StaticTensor{key, DataType::kFloat32, {1, 4}, {}};
  if (!in.tensors) return StaticTensor{key, {}, {}, {}};
  std::vector<std::string> found;
  if (in.may_have_img) found.emplace_back("img");
  if (in.may_have_bbox) found.emplace_back("bbox");
  for (const StaticTensor& tensor : *in.tensors) {
    if (tensor.name == key) return tensor;
    found.push_back(tensor.name);
  }
  MMDEPLOY_ENSURE(!IsImage(key) || !in.has_picture, Code::kInvalidArgument, "{}", kLoadMissing);
  return NothingMakes(key, found);
}

}  // namespace

Result<void> Collect::Run(Sample& sample, const TransformContext&) const {
  NamedTensors collected;
  for (const auto& key : args_.keys) {
    MMDEPLOY_TRY(Tensor part, PartOf(sample, key));
    collected.emplace_back(key, std::move(part));
  }
  sample.tensors = std::move(collected);
  return {};
}

Result<StaticSample> Collect::Infer(const StaticSample& in) const {
  std::vector<StaticTensor> collected;
  for (const auto& key : args_.keys) {
    MMDEPLOY_TRY(collected.emplace_back(), InferPart(in, key));
  }
  StaticSample out = in;
  out.tensors = std::move(collected);
  return out;
}

namespace {

Result<std::unique_ptr<Transform>> Create(JsonReader& reader, const TransformOptions&) {
  Collect::Args args;
  reader.Require("keys", &args.keys);
  if (reader.ok() && reader.Has("keys") && args.keys.empty()) {
    reader.Fail("keys", "expected at least one name, for example 'img', found an empty array");
  }
  reader.Describe("meta_keys", "string, or array of strings");
  if (const Json* meta_keys = reader.Find("meta_keys"); meta_keys && !meta_keys->is_string()) {
    std::vector<std::string> names;
    reader.Read("meta_keys", &names);
  }
  return MakeStep<Collect>(reader, std::move(args));
}

}  // namespace

TransformType collect_transform() { return {"Collect", Create}; }

}  // namespace mmdeploy
