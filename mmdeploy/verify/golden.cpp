#include "mmdeploy/verify/golden.h"

#include "mmdeploy/base/zip.h"
#include "mmdeploy/verify/npz.h"

namespace mmdeploy {
namespace {

constexpr const char* kFolder = "golden/";

Result<Tolerance> ReadTolerance(JsonReader& stage) {
  Tolerance tolerance;
  const Json* json = stage.Find("tolerance");
  if (!json) return tolerance;
  JsonReader reader(*json, stage.path() / "tolerance", nullptr);
  reader.Read("abs", &tolerance.abs, 0.0, 1e30);
  reader.Read("rel", &tolerance.rel, 0.0, 1e30);
  MMDEPLOY_TRYV(reader.Finish());
  return tolerance;
}

// Number of stored elements that the shape, offset and stride promise; -1 if they are not valid.
int64_t StoredElements(const GoldenTensor& tensor) {
  const auto count = tensor.shape.num_elements();
  if (!count || tensor.offset > *count) return -1;
  return (*count - tensor.offset + tensor.stride - 1) / tensor.stride;
}

Result<GoldenTensor> ReadTensor(const std::string& name, const Json& json, const JsonPath& path,
                                const ZipArchive& arrays) {
  GoldenTensor tensor;
  tensor.name = name;
  std::string array, dtype;
  std::vector<int64_t> dims;
  JsonReader reader(json, path, nullptr);
  reader.Require("array", &array);
  reader.Require("dtype", &dtype);
  reader.Require("shape", &dims);
  reader.Read("offset", &tensor.offset, int64_t{0}, int64_t{1} << 40);
  reader.Read("stride", &tensor.stride, int64_t{1}, int64_t{1} << 40);
  reader.Ignore({"min", "max", "mean", "std", "sha256"});
  if (dims.size() > Shape::kMaxRank) reader.Fail("shape", "too many dimensions");
  const auto parsed = ParseDataType(dtype);
  if (!parsed) reader.Fail("dtype", fmt::format("unknown element type '{}'", dtype));
  MMDEPLOY_TRYV(reader.Finish());
  tensor.dtype = *parsed;
  tensor.shape = Shape(dims);
  MMDEPLOY_TRY(tensor.data, ReadArray(arrays, array));
  MMDEPLOY_ENSURE(
      tensor.data.dtype() == tensor.dtype && tensor.data.num_elements() == StoredElements(tensor),
      Code::kFail, "{}: array '{}' is {}, which does not fit shape {}, stride {}", path.str(),
      array, Describe(tensor.data), Name(tensor.shape), tensor.stride);
  return tensor;
}

Result<std::vector<Classification>> ReadClassifications(const Json& json, const JsonPath& path) {
  MMDEPLOY_TRYV(ExpectArray(json, path));
  std::vector<Classification> labels;
  for (size_t i = 0; i < json.size(); ++i) {
    JsonReader reader(json[i], path / i, nullptr);
    auto& label = labels.emplace_back();
    reader.Require("label_id", &label.label_id);
    reader.Require("score", &label.score);
    MMDEPLOY_TRYV(reader.Finish());
  }
  return labels;
}

Result<GoldenStage> ReadStage(const Json& json, const JsonPath& path, const ZipArchive& arrays) {
  GoldenStage stage;
  JsonReader reader(json, path, nullptr);
  reader.Require("name", &stage.name);
  reader.Require("node", &stage.node);
  reader.Read("type", &stage.result_type);
  const Json* tensors = reader.Find("tensors");
  const Json* result = reader.Find("result");
  MMDEPLOY_TRY(stage.tolerance, ReadTolerance(reader));
  MMDEPLOY_TRYV(reader.Finish());
  if (tensors) {
    MMDEPLOY_TRYV(ExpectObject(*tensors, path / "tensors"));
    for (const auto& [name, value] : tensors->items()) {
      MMDEPLOY_TRY(stage.tensors.emplace_back(),
                   ReadTensor(name, value, path / "tensors" / name, arrays));
    }
  }
  if (result) {
    MMDEPLOY_ENSURE(stage.result_type == "Classification", Code::kNotSupported,
                    "{}: unknown result type '{}', known: 'Classification'", (path / "type").str(),
                    stage.result_type);
    MMDEPLOY_TRY(stage.classifications, ReadClassifications(*result, path / "result"));
  }
  return stage;
}

std::string ReadReference(const Json* json) {
  std::string text;
  if (!json || !json->is_object()) return text;
  for (const auto& [key, value] : json->items()) {
    if (value.is_string()) text += (text.empty() ? "" : ", ") + value.get<std::string>();
  }
  return text;
}

}  // namespace

Result<Golden> ReadGolden(const Model& model) {
  const std::string file = std::string(kFolder) + "golden.json";
  auto text = model.ReadFile(file);
  if (!text) {
    return MakeError(text.error().code(),
                     "model '{}' carries no golden data ({}); convert it again without --no-golden",
                     model.origin(), text.error().message());
  }
  MMDEPLOY_TRY(const Json json, ParseJson(AsText(*text), file));
  const JsonPath root(file);
  JsonReader reader(json, root, nullptr);
  int format = 0;
  std::string image;
  reader.Require("format", &format, 1, 1);
  reader.Require("image", &image);
  const Json* stages = reader.RequireMember("stages");
  Golden golden;
  golden.reference = ReadReference(reader.Find("reference"));
  MMDEPLOY_TRYV(reader.Finish());
  MMDEPLOY_TRYV(ExpectArray(*stages, root / "stages"));
  MMDEPLOY_TRY(golden.image, model.ReadFile(kFolder + image));
  MMDEPLOY_TRY(auto bytes, model.ReadFile(std::string(kFolder) + "tensors.npz"));
  MMDEPLOY_TRY(const auto arrays, ZipArchive::Open(std::move(bytes), "golden/tensors.npz"));
  for (size_t i = 0; i < stages->size(); ++i) {
    MMDEPLOY_TRY(golden.stages.emplace_back(),
                 ReadStage((*stages)[i], root / "stages" / i, *arrays));
  }
  return golden;
}

}  // namespace mmdeploy
