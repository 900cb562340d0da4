#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "mmdeploy/backend/ncnn/net.h"
#include "mmdeploy/backend/session.h"

// Networks that tests write by hand.
namespace mmdeploy::ncnn::testing {

inline Bytes ToBytes(const std::string& text) {
  return std::make_shared<const std::vector<char>>(text.begin(), text.end());
}

inline std::string Floats(const std::vector<float>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)};
}

// A .param file of these lines; `blobs` is what its second line says.
inline std::string Param(const std::vector<std::string>& layers, int blobs) {
  std::string text = fmt::format("7767517\n{} {}\n", layers.size(), blobs);
  for (const auto& layer : layers) text += layer + "\n";
  return text;
}

inline Result<std::shared_ptr<const Net>> Load(const std::string& param, const std::string& bin,
                                               const NetOptions& options = {}) {
  return NcnnNet::Load({{"net.param", "", ToBytes(param)}, {"net.bin", "", ToBytes(bin)}}, options);
}

// Why a net cannot be loaded; "" if it can.
inline std::string LoadError(const std::string& param, const std::string& bin = "",
                             const NetOptions& options = {}) {
  const auto net = Load(param, bin, options);
  return net ? "" : net.error().message();
}

inline Tensor MakeTensor(const Shape& shape, const std::vector<float>& values) {
  auto tensor = *Tensor::Allocate(DataType::kFloat32, shape);
  std::copy(values.begin(), values.end(), tensor.data<float>());
  return tensor;
}

inline std::vector<float> Values(const Tensor& tensor) {
  return {tensor.data<float>(), tensor.data<float>() + tensor.num_elements()};
}

}  // namespace mmdeploy::ncnn::testing
