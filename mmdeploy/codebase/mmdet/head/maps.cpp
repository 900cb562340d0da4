#include "mmdeploy/codebase/mmdet/head/maps.h"

#include <algorithm>
#include <cmath>

#include "mmdeploy/base/suggest.h"

namespace mmdeploy {
namespace {

// The first map that a network makes of an input at a stride: its sizes are rounded up, or else
// down.
std::vector<Map>::iterator FindMap(std::vector<Map>* maps, float stride, const ImageShape& input) {
  const auto find = [&](float (*round)(float)) {
    const auto height = static_cast<int64_t>(round(static_cast<float>(input.height) / stride));
    const auto width = static_cast<int64_t>(round(static_cast<float>(input.width) / stride));
    return std::find_if(maps->begin(), maps->end(), [&](const Map& map) {
      return map.height() == height && map.width() == width;
    });
  };
  const auto rounded_up = find(std::ceil);
  return rounded_up == maps->end() ? find(std::floor) : rounded_up;
}

std::string Sizes(const std::vector<Map>& maps) {
  std::string text;
  for (const Map& map : maps) {
    text +=
        fmt::format("{}'{}' {}x{}", text.empty() ? "" : ", ", map.name, map.height(), map.width());
  }
  return text.empty() ? "none" : text;
}

}  // namespace

ImageShape InputShape(const ImageMeta& meta) { return meta.pad_shape.value_or(meta.img_shape); }

std::vector<float> ReadStrides(JsonReader& reader) {
  std::vector<float> strides;
  const Json* json = reader.RequireMember("strides");
  if (!json) return strides;
  reader.Describe("strides", "array of numbers");
  if (!json->is_array() || json->empty()) {
    reader.Fail("strides", "expected an array of numbers, found " + DescribeJson(*json));
    return strides;
  }
  for (const Json& item : *json) {
    const bool is_pair = item.is_array() && item.size() == 2 && item[0] == item[1];
    const Json& number = is_pair ? item[0] : item;
    const double stride = number.is_number() ? number.get<double>() : 0;
    if (stride < 1 || stride > 4096) {
      reader.Fail("strides", fmt::format("expected numbers of 1 to 4096 (or pairs of equal ones), "
                                         "found {}",
                                         DescribeJson(item)));
      return strides;
    }
    strides.push_back(static_cast<float>(stride));
  }
  return strides;
}

Result<void> CheckMaps(const ModuleEnv& env, const JsonPath& path, size_t count,
                       const std::function<Result<void>(int64_t channels)>& check_channels) {
  const auto* outputs = KnownOutputs(env);
  if (!outputs) return {};
  std::vector<std::string> names;
  for (const StaticTensor& output : *outputs) names.push_back(output.name);
  MMDEPLOY_ENSURE(outputs->size() == count, Code::kFail,
                  "{}: this component reads {} maps, the network has {} outputs: {}", path.str(),
                  count, outputs->size(), ListAllowed("", names));
  for (const StaticTensor& output : *outputs) {
    const bool is_float = !output.dtype || *output.dtype == DataType::kFloat32;
    const Shape& shape = output.shape;
    MMDEPLOY_ENSURE(is_float && (shape.empty() || shape.size() == 4), Code::kFail,
                    "{}: the network's output '{}' is {} {}, expected a map: float32 of 4 "
                    "dimensions",
                    path.str(), output.name, output.dtype ? Name(*output.dtype) : "?", Name(shape));
    if (shape.empty() || shape[1] < 0) continue;
    if (auto checked = check_channels(shape[1]); !checked) {
      return MakeError(checked.error().In(
          fmt::format("{}: the network's output '{}'", path.str(), output.name)));
    }
  }
  return {};
}

Result<std::vector<Map>> RequireMaps(const NamedTensors& outputs, size_t count) {
  MMDEPLOY_ENSURE(outputs.size() == count, Code::kFail,
                  "the network has {} outputs, expected {} maps", outputs.size(), count);
  std::vector<Map> maps;
  for (const auto& [name, unused] : outputs) {
    MMDEPLOY_TRY(const Tensor* tensor, RequireOutput(outputs, name, 4));
    const Shape& shape = tensor->shape();
    MMDEPLOY_ENSURE(shape.size() == 4 && shape[0] == 1, Code::kFail,
                    "output '{}' has shape {}, expected a map 1xCxHxW", name, Name(shape));
    maps.push_back({name, *tensor});
  }
  std::sort(maps.begin(), maps.end(), [](const Map& a, const Map& b) { return a.name < b.name; });
  return maps;
}

Result<std::vector<Map>> MatchStrides(std::vector<Map> maps, const std::vector<float>& strides,
                                      const ImageShape& input) {
  std::vector<Map> matched;
  for (const float stride : strides) {
    const auto it = FindMap(&maps, stride, input);
    MMDEPLOY_ENSURE(it != maps.end(), Code::kFail,
                    "no map belongs to stride {} of an input of {}x{} pixels (height x width), "
                    "left: {}; check `strides` in the params of this component",
                    stride, input.height, input.width, Sizes(maps));
    matched.push_back(std::move(*it));
    maps.erase(it);
  }
  return matched;
}

float Sigmoid(float x) { return 1 / (1 + std::exp(-x)); }

}  // namespace mmdeploy
