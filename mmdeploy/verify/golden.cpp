#include "mmdeploy/verify/golden.h"

#include "mmdeploy/base/zip.h"
#include "mmdeploy/task/json.h"
#include "mmdeploy/task/results.h"
#include "mmdeploy/verify/npz.h"

namespace mmdeploy {
namespace {

constexpr const char* kFolder = "golden/";

Result<Tolerance> ReadTolerance(const Json* json, const JsonPath& path) {
  Tolerance tolerance;
  if (!json) return tolerance;
  JsonReader reader(*json, path, nullptr);
  reader.Read("abs", &tolerance.abs, 0.0, 1e30);
  reader.Read("rel", &tolerance.rel, 0.0, 1e30);
  reader.Read("share", &tolerance.share, 0.0, 1.0);
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

// What one image has: a list of records, or one record.
Result<void> ReadResults(const Json& json, const JsonPath& path, const ZipArchive& arrays,
                         GoldenStage* stage) {
  const ArrayReader read_array = [&](const Json& array, const JsonPath& where) -> Result<Tensor> {
    MMDEPLOY_TRY(const GoldenTensor tensor, ReadTensor("", array, where, arrays));
    MMDEPLOY_ENSURE(tensor.complete(), Code::kFail, "{}: arrays of results are stored completely",
                    where.str());
    return tensor.data.Reshaped(tensor.shape);
  };
  if (!stage->result_type->is_list) {
    MMDEPLOY_TRY(stage->results.emplace_back(),
                 ReadRecord(*stage->result_type, json, path, read_array));
    return {};
  }
  MMDEPLOY_TRYV(ExpectArray(json, path));
  for (size_t i = 0; i < json.size(); ++i) {
    MMDEPLOY_TRY(stage->results.emplace_back(),
                 ReadRecord(*stage->result_type, json[i], path / i, read_array));
  }
  return {};
}

Result<GoldenStage> ReadStage(const Json& json, const JsonPath& path, const ZipArchive& arrays) {
  GoldenStage stage;
  JsonReader reader(json, path, nullptr);
  std::string type;
  reader.Require("name", &stage.name);
  reader.Require("node", &stage.node);
  reader.Read("type", &type);
  const Json* tensors = reader.Find("tensors");
  const Json* result = reader.Find("result");
  MMDEPLOY_TRY(stage.tolerance, ReadTolerance(reader.Find("tolerance"), path / "tolerance"));
  const Json* fields = reader.Find("field_tolerances");
  MMDEPLOY_TRYV(reader.Finish());
  if (fields) {
    MMDEPLOY_TRYV(ExpectObject(*fields, path / "field_tolerances"));
    for (const auto& [name, value] : fields->items()) {
      MMDEPLOY_TRY(stage.field_tolerances[name],
                   ReadTolerance(&value, path / "field_tolerances" / name));
    }
  }
  if (tensors) {
    MMDEPLOY_TRYV(ExpectObject(*tensors, path / "tensors"));
    for (const auto& [name, value] : tensors->items()) {
      MMDEPLOY_TRY(stage.tensors.emplace_back(),
                   ReadTensor(name, value, path / "tensors" / name, arrays));
    }
  }
  if (result) {
    auto found = FindResultType(type);
    if (!found) return MakeError(found.error().In((path / "type").str()));
    stage.result_type = *found;
    MMDEPLOY_TRYV(ReadResults(*result, path / "result", arrays, &stage));
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
