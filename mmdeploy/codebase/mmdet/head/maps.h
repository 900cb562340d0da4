#pragma once

#include <functional>
#include <string>
#include <vector>

#include "mmdeploy/codebase/head.h"

// Networks without decoding: their outputs are maps [1,C,h,w], one or two per stride.

namespace mmdeploy {

// Height and width of the network's input, as preprocessing has noted them.
ImageShape InputShape(const ImageMeta& meta);

// `strides` of a head: numbers, or pairs of equal numbers (as mmdet allows), in pixels of the
// network's input. Errors are those of `reader`.
std::vector<float> ReadStrides(JsonReader& reader);

// Checks, when the model is loaded, that the network gives `count` maps of float32, whose channels
// `check_channels` accepts. Errors: kFail with what was found.
Result<void> CheckMaps(const ModuleEnv& env, const JsonPath& path, size_t count,
                       const std::function<Result<void>(int64_t channels)>& check_channels);

// A map with its name.
struct Map {
  std::string name;
  Tensor tensor;

  int64_t channels() const { return tensor.shape()[1]; }
  int64_t height() const { return tensor.shape()[2]; }
  int64_t width() const { return tensor.shape()[3]; }
  // Number of the same place of two neighbouring channels apart.
  int64_t plane() const { return height() * width(); }
  const float* data() const { return tensor.data<float>(); }
};

// All outputs as maps, sorted by name. Errors: kFail unless they are `count` maps [1,C,h,w].
Result<std::vector<Map>> RequireMaps(const NamedTensors& outputs, size_t count);

// The map of each stride: the first of its size that is left, so that maps in any order find their
// stride, and those of one size are taken by name. Errors: kFail for a stride without a map.
Result<std::vector<Map>> MatchStrides(std::vector<Map> maps, const std::vector<float>& strides,
                                      const ImageShape& input);

// 1 / (1 + exp(-x)).
float Sigmoid(float x);

}  // namespace mmdeploy
