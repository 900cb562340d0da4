#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mmdeploy/backend/ncnn/layer/blob_shape.h"
#include "mmdeploy/backend/ncnn/param_file.h"

// One row per layer type of ncnn: everything that we know of it. The loader checks files by it, the
// guard blobs at run time, and the converter what it has made before it writes a file. ncnn itself
// computes with whatever a file says. The rows lie in files by family; none needs ncnn.

namespace mmdeploy::ncnn {

struct ParamRule {
  enum Kind { kInt, kFloat, kInts, kFloats, kText };
  int id;
  const char* name;
  Kind kind;
  double min, max;  // of each number
};

struct Range {
  int min = 1, max = 1;
};

constexpr int kMany = 1024;  // blobs of layers that take any number

// What parameters say about each other. Errors: kFail, without the layer's name.
using ParamsCheck = Result<void> (*)(const ParamLayer& layer);
// What is wrong with the inputs of a layer, none of which is empty. Errors: kFail, without the
// layer's name.
using InputsCheck = Result<void> (*)(const ParamLayer& layer, Shapes inputs);
// The outputs for inputs that are right. A shape of rank 0 is not known before the layer runs.
using ShapeRule = std::vector<BlobShape> (*)(const ParamLayer& layer, Shapes inputs);

// How many weights a layer has at least.
using WeightCount = int64_t (*)(const ParamLayer& layer);

struct LayerRow {
  const char* type;
  Range inputs, outputs;
  std::vector<ParamRule> params;
  Range rank = {1, 4};  // of the first input
  ParamsCheck agree = nullptr;
  InputsCheck check = nullptr;
  ShapeRule shape = nullptr;  // nullptr: not known
  WeightCount weights = nullptr;
  // Files of others have it only: the converter must not make one, and no test has to load what it
  // makes.
  bool foreign = false;
};

constexpr bool kForeign = true;

using Rows = std::vector<LayerRow>;

// Nothing for an unknown type.
const LayerRow* FindRow(std::string_view type);
std::vector<std::string> KnownLayerTypes();

// Errors: kNotSupported for a parameter that is not known, kFail for one of the wrong kind or out
// of range and for a wrong number of blobs.
Result<void> CheckParams(const ParamLayer& layer, const LayerRow& row);

// All that a row says of inputs. Errors: kFail, without the layer's name.
Result<void> CheckInputs(const ParamLayer& layer, const LayerRow& row, Shapes inputs);

}  // namespace mmdeploy::ncnn
