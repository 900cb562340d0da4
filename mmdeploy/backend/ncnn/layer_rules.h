#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mmdeploy/backend/ncnn/param_file.h"

// What the layers of ncnn take: their parameters and the range of each, and how many blobs. ncnn
// itself computes with whatever a file says.

namespace mmdeploy::ncnn {

struct ParamRule {
  enum Kind { kInt, kFloat, kInts, kFloats };
  int id;
  const char* name;
  Kind kind;
  double min, max;  // of each number
};

constexpr int kMany = 1024;  // blobs of layers that take any number

struct LayerRule {
  const char* type;
  int min_inputs, max_inputs;
  int min_outputs, max_outputs;
  std::vector<ParamRule> params;
};

// Nothing for an unknown type.
const LayerRule* FindLayerRule(std::string_view type);
std::vector<std::string> KnownLayerTypes();

// Errors: kNotSupported for a parameter that is not known, kFail for one of the wrong kind or out
// of range and for a wrong number of blobs.
Result<void> CheckParams(const ParamLayer& layer, const LayerRule& rule);

}  // namespace mmdeploy::ncnn
