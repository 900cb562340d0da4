#pragma once

#include <string>

#include "mmdeploy/codebase/head_testing.h"
#include "mmdeploy/task/detector/result.h"

// What tests of heads that decode share.
namespace mmdeploy::testing {

// The history of an image that is the network's input.
inline ImageMeta MetaOfInput(int height, int width) {
  ImageMeta meta;
  meta.ori_shape = meta.img_shape = {height, width, 3};
  return meta;
}

// "label:score[left top right bottom] " of each detection, rounded to thousandths, or the error.
inline std::string Answer(const std::string& component, const Json& params, NamedTensors outputs,
                          const ImageMeta& meta) {
  const auto head = MakeHead("mmdet", component, params);
  if (!head) return head.error().message();
  const auto result = RunHead(**head, std::move(outputs), meta);
  if (!result) return result.error().message();
  std::string text;
  for (const Value& value : result->list()) {
    const auto& box = value.result<Detection>();
    text += fmt::format("{}:{:.3f}[{:.6g} {:.6g} {:.6g} {:.6g}] ", box.label_id, box.score,
                        box.bbox.left, box.bbox.top, box.bbox.right, box.bbox.bottom);
  }
  return text;
}

// A head of which the engine knows the network's outputs; the message of its error, or "".
inline std::string LoadError(const std::string& component, const Json& params,
                             std::vector<StaticTensor> known, size_t num_inputs = 2) {
  const Json json = {{"component", component}, {"params", params}};
  JsonReader args(json, JsonPath("t"), nullptr);
  PipelineOptions options;
  ModuleEnv env;
  env.options = &options;
  env.inputs.resize(num_inputs);
  env.inputs.back().tensors = std::move(known);
  const auto head = CreateHead("mmdet", args, env);
  return head ? "" : head.error().message();
}

// A tensor of the value of each element.
template <class Fill>
Tensor Filled(const Shape& shape, const Fill& fill) {
  Tensor tensor = *Tensor::Allocate(DataType::kFloat32, shape);
  for (int64_t i = 0; i < tensor.num_elements(); ++i) tensor.data<float>()[i] = fill(i);
  return tensor;
}

}  // namespace mmdeploy::testing
