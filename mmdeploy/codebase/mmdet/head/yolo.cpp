#include "mmdeploy/codebase/mmdet/head/yolo.h"

#include <cmath>

namespace mmdeploy {
namespace {

constexpr int kBoxNumbers = 5;  // x, y, width, height, objectness

std::array<float, 4> Around(float x, float y, float width, float height) {
  return {x - width / 2, y - height / 2, x + width / 2, y + height / 2};
}

// [[[width, height], ...] of each stride].
void ReadSizes(JsonReader& reader, YoloAnchors* anchors) {
  std::vector<std::vector<std::vector<float>>> sizes;
  reader.Require("base_sizes", &sizes);
  for (const auto& of_stride : sizes) {
    auto& added = anchors->sizes.emplace_back();
    for (const auto& size : of_stride) {
      if (size.size() == 2 && size[0] > 0 && size[1] > 0) added.push_back({size[0], size[1]});
    }
    if (added.empty() || added.size() != of_stride.size()) {
      reader.Fail("base_sizes", "expected pairs [width, height] of positive numbers");
    }
  }
  if (reader.ok() && sizes.size() != anchors->strides.size()) {
    reader.Fail("base_sizes", fmt::format("{} lists of sizes, expected one for each of {} strides",
                                          sizes.size(), anchors->strides.size()));
  }
}

}  // namespace

Result<YoloAnchors> YoloAnchors::Read(JsonReader& params) {
  YoloAnchors anchors;
  params.Describe("anchor_generator", "object: `strides`, `base_sizes` [[[width, height]]]");
  params.Read("num_classes", &anchors.num_classes, 0, 1 << 20);
  const Json* generator = params.RequireMember("anchor_generator");
  if (!generator) return MakeError(params.Finish().error());
  MMDEPLOY_TRYV(ExpectObject(*generator, params.path() / "anchor_generator"));
  JsonReader reader(*generator, params.path() / "anchor_generator", nullptr);
  reader.AcceptAnyKey();
  anchors.strides = ReadStrides(reader);
  ReadSizes(reader, &anchors);
  MMDEPLOY_TRYV(reader.Finish());
  return anchors;
}

Result<int> YoloAnchors::ClassesOf(int64_t channels, size_t level) const {
  const auto count = static_cast<int64_t>(sizes[level].size());
  const int64_t classes = channels / count - kBoxNumbers;
  const bool fits = channels % count == 0 && classes >= 1;
  MMDEPLOY_ENSURE(fits && (num_classes == 0 || classes == num_classes), Code::kFail,
                  "{} channels, expected {} anchors x (5 + {} classes)", channels, count,
                  num_classes ? std::to_string(num_classes) : "n");
  return static_cast<int>(classes);
}

Result<void> YoloAnchors::Check(const ModuleEnv& env, const JsonPath& path) const {
  return CheckMaps(env, path, strides.size(), [&](int64_t channels) -> Result<void> {
    // Which stride a map belongs to is known at run time: any will do.
    Result<int> classes = ClassesOf(channels, 0);
    for (size_t level = 1; level < sizes.size() && !classes; ++level) {
      classes = ClassesOf(channels, level);
    }
    if (!classes) return MakeError(classes.error());
    return {};
  });
}

std::array<float, 4> YoloPrediction::BoxOfV3() const {
  const YoloPrediction& p = *this;
  return Around((Sigmoid(p[0]) + column) * stride, (Sigmoid(p[1]) + row) * stride,
                std::exp(p[2]) * anchor[0], std::exp(p[3]) * anchor[1]);
}

std::array<float, 4> YoloPrediction::BoxOfV5() const {
  const YoloPrediction& p = *this;
  const float width = 2 * Sigmoid(p[2]), height = 2 * Sigmoid(p[3]);
  return Around((2 * Sigmoid(p[0]) - 0.5f + column) * stride,
                (2 * Sigmoid(p[1]) - 0.5f + row) * stride, width * width * anchor[0],
                height * height * anchor[1]);
}

Result<YoloMaps> YoloMaps::FromOutputs(const NamedTensors& outputs, const YoloAnchors& anchors,
                                       const ImageMeta& meta) {
  YoloMaps maps;
  maps.anchors_ = &anchors;
  MMDEPLOY_TRY(auto found, RequireMaps(outputs, anchors.strides.size()));
  MMDEPLOY_TRY(maps.maps_, MatchStrides(std::move(found), anchors.strides, InputShape(meta)));
  for (size_t level = 0; level < maps.maps_.size(); ++level) {
    const Map& map = maps.maps_[level];
    const auto classes = anchors.ClassesOf(map.channels(), level);
    if (!classes) return MakeError(classes.error().In(fmt::format("output '{}'", map.name)));
    MMDEPLOY_ENSURE(level == 0 || *classes == maps.num_classes_, Code::kFail,
                    "output '{}' has {} classes, '{}' {}", map.name, *classes, maps.maps_[0].name,
                    maps.num_classes_);
    maps.num_classes_ = *classes;
  }
  return maps;
}

int64_t YoloMaps::num_predictions() const {
  int64_t count = 0;
  for (size_t level = 0; level < maps_.size(); ++level) {
    count += maps_[level].plane() * static_cast<int64_t>(anchors_->sizes[level].size());
  }
  return count;
}

}  // namespace mmdeploy
