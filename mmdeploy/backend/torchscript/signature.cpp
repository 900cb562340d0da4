#include "mmdeploy/backend/torchscript/signature.h"

#include "mmdeploy/base/json.h"

namespace mmdeploy::torchscript {
namespace {

constexpr size_t kImageRank = 4;

Result<TensorInfo> ReadInfo(const Json& json, const JsonPath& path) {
  JsonReader reader(json, path, nullptr);
  TensorInfo info;
  std::string dtype;
  std::vector<int64_t> dims;
  reader.Require("name", &info.name);
  reader.Require("dtype", &dtype);
  reader.Require("shape", &dims);
  MMDEPLOY_TRYV(reader.Finish());
  const auto parsed = ParseDataType(dtype);
  MMDEPLOY_ENSURE(parsed, Code::kFail, "{}: unknown element type '{}'", (path / "dtype").str(),
                  dtype);
  MMDEPLOY_ENSURE(dims.size() <= Shape::kMaxRank, Code::kFail,
                  "{}: {} dimensions, allowed: up to {}", (path / "shape").str(), dims.size(),
                  Shape::kMaxRank);
  info.dtype = *parsed;
  info.shape = Shape(dims);
  return info;
}

Result<std::vector<TensorInfo>> ReadInfos(const Json& json, const JsonPath& path) {
  MMDEPLOY_TRYV(ExpectArray(json, path));
  std::vector<TensorInfo> infos;
  for (size_t i = 0; i < json.size(); ++i) {
    MMDEPLOY_TRY(infos.emplace_back(), ReadInfo(json[i], path / i));
  }
  return infos;
}

}  // namespace

Result<Signature> ReadSignature(std::string_view text, const std::string& file) {
  const JsonPath root(file);
  MMDEPLOY_TRY(const Json json, ParseJson(text, file));
  JsonReader reader(json, root, nullptr);
  const Json* inputs = reader.RequireMember("inputs");
  const Json* outputs = reader.RequireMember("outputs");
  MMDEPLOY_TRYV(reader.Finish());
  Signature signature;
  MMDEPLOY_TRY(signature.inputs, ReadInfos(*inputs, root / "inputs"));
  MMDEPLOY_TRY(signature.outputs, ReadInfos(*outputs, root / "outputs"));
  return signature;
}

Signature GuessSignature(size_t num_inputs, size_t num_outputs) {
  Signature signature;
  const std::vector<int64_t> image(kImageRank, Shape::kDynamic);
  for (size_t i = 0; i < num_inputs; ++i) {
    signature.inputs.push_back({fmt::format("#{}", i), DataType::kFloat32, Shape(image), {}, {}});
  }
  for (size_t i = 0; i < num_outputs; ++i) {
    signature.outputs.push_back({fmt::format("#{}", i), DataType::kFloat32, {}, {}, {}});
  }
  return signature;
}

}  // namespace mmdeploy::torchscript
