#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "mmdeploy/codebase/head.h"

// What tests of heads share.
namespace mmdeploy::testing {

// A head as a task of pipeline.json makes it; nothing is known of the network.
inline Result<std::unique_ptr<Module>> MakeHead(const std::string& codebase,
                                                const std::string& component, const Json& params,
                                                size_t num_inputs = 2) {
  const Json json = {{"component", component},
                     {"params", params.is_null() ? Json::object() : params}};
  JsonReader args(json, JsonPath("t"), nullptr);
  PipelineOptions options;
  ModuleEnv env;
  env.options = &options;
  env.inputs.resize(num_inputs);
  return CreateHead(codebase, args, env);
}

template <class T>
Tensor MakeTensor(DataType dtype, const Shape& shape, const std::vector<T>& values) {
  Tensor tensor = *Tensor::Allocate(dtype, shape);
  std::copy(values.begin(), values.end(), tensor.data<T>());
  return tensor;
}

inline Tensor Floats(const Shape& shape, const std::vector<float>& values) {
  return MakeTensor(DataType::kFloat32, shape, values);
}

// Runs a head on the outputs of a network for an image of this history.
inline Result<Value> RunHead(const Module& head, NamedTensors outputs, ImageMeta meta = {}) {
  Sample sample;
  sample.meta = std::move(meta);
  std::vector<Value> inputs{Value(std::move(sample)), Value(std::move(outputs))};
  if (head.signature().inputs.size() == 1) inputs.erase(inputs.begin());
  MMDEPLOY_TRY(auto results, head.Run(inputs, {}));
  return std::move(results[0]);
}

}  // namespace mmdeploy::testing
