#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "bindings/capi/generated/functions.h"
#include "bindings/capi/handle.h"
#include "bindings/capi/image.h"
#include "mmdeploy/base/suggest.h"
#include "mmdeploy/task/json.h"
#include "mmdeploy/task/results.h"

// Values from a description in JSON.
namespace mmdeploy::capi {
namespace {

class Reader {
 public:
  Reader(const mmdeploy_mat_t* mats, int mat_count) : mats_(mats), mat_count_(mat_count) {}

  Result<Value> Read(const Json& json, const JsonPath& path) const {
    if (json.is_null()) return Value();
    if (json.is_boolean()) return Value(json.get<bool>());
    const bool is_large = json.is_number_unsigned() && json.get<uint64_t>() > INT64_MAX;
    if (json.is_number_integer() && !is_large) return Value(json.get<int64_t>());
    if (json.is_object()) return ReadObject(json, path);
    MMDEPLOY_ENSURE(json.is_array(), Code::kInvalidArgument,
                    "{}: found {}, expected a list, an object, true, false, null or a number "
                    "without decimals",
                    path.str(), DescribeJson(json));
    Value::List list;
    for (size_t i = 0; i < json.size(); ++i) {
      MMDEPLOY_TRY(list.emplace_back(), Read(json[i], path / i));
    }
    return Value(std::move(list));
  }

 private:
  Result<Value> ReadObject(const Json& json, const JsonPath& path) const {
    if (json.contains("image")) return ReadImage(json, path);
    if (!json.contains("box")) return ReadResult(json, path);
    JsonReader reader(json, path, nullptr);
    MMDEPLOY_TRY(const Rect box, ReadBox(&reader, "box"));
    MMDEPLOY_TRYV(reader.Finish());
    return Value(box);
  }

  Result<Image> FindImage(JsonReader* reader) const {
    int index = 0;
    reader->Require("image", &index);
    if (!reader->ok()) return MakeError(reader->Finish().error());
    MMDEPLOY_ENSURE(index >= 0 && index < mat_count_, Code::kInvalidArgument,
                    "{}: image {} is named, there are {}", reader->path().str(), index, mat_count_);
    auto images = ToImages(mats_ + index, 1);
    if (!images) return MakeError(images.error().In(reader->path().str()));
    return images->list()[0].image();
  }

  Result<Value> ReadImage(const Json& json, const JsonPath& path) const {
    JsonReader reader(json, path, nullptr);
    MMDEPLOY_TRY(const Image image, FindImage(&reader));
    if (!reader.Has("bbox")) {
      MMDEPLOY_TRYV(reader.Finish());
      return Value(image);
    }
    Sample sample;
    sample.ori_img = image;
    MMDEPLOY_TRY(sample.bbox, ReadBox(&reader, "bbox"));
    MMDEPLOY_TRYV(reader.Finish());
    return Value(std::move(sample));
  }

  static Result<Rect> ReadBox(JsonReader* reader, const std::string& key) {
    std::vector<float> sides;
    reader->Require(key, &sides);
    if (!reader->ok()) return MakeError(reader->Finish().error());
    const std::string place = (reader->path() / key).str();
    MMDEPLOY_ENSURE(sides.size() == 4, Code::kInvalidArgument,
                    "{}: found {}, expected [left, top, right, bottom]", place,
                    DumpJson(reader->json()[key]));
    const Rect box{sides[0], sides[1], sides[2], sides[3]};
    if (auto checked = CheckBox(box); !checked) return MakeError(checked.error().In(place));
    return box;
  }

  // Whether an object has all fields of a result, and no others.
  static bool Fits(const Json& json, const ResultType& type) {
    size_t found = 0;
    for (const Field& field : type.fields) {
      const bool has = json.contains(std::string(field.name));
      if (!has && !field.optional) return false;
      found += has ? 1 : 0;
    }
    return found == json.size();
  }

  Result<Value> ReadResult(const Json& json, const JsonPath& path) const {
    std::string known;
    for (const ResultType* type : ResultTypes()) {
      if (Fits(json, *type)) {
        const auto read_array = [this](const Json& array, const JsonPath& place) {
          return ReadArray(array, place);
        };
        MMDEPLOY_TRY(Record record, ReadRecord(*type, json, path, read_array));
        return Value(std::move(record));
      }
      known += known.empty() ? "" : "; ";
      std::string fields;
      for (const Field& field : type->fields) {
        fields += (fields.empty() ? "" : ", ") + std::string(field.name);
      }
      known += fmt::format("{} ({})", type->name, fields);
    }
    std::string found;
    for (const auto& [key, item] : json.items()) found += (found.empty() ? "" : ", ") + key;
    return MakeError(
        Code::kInvalidArgument,
        "{}: an object with {}, expected `image`, `box`, or the fields of a result: {}", path.str(),
        found.empty() ? "nothing" : found, known);
  }

  // The pixels of an image as an array of their own.
  Result<Tensor> ReadArray(const Json& json, const JsonPath& path) const {
    JsonReader reader(json, path, nullptr);
    MMDEPLOY_TRYV(ExpectObject(json, path));
    MMDEPLOY_TRY(const Image image, FindImage(&reader));
    MMDEPLOY_TRYV(reader.Finish());
    const int channels = NumChannels(image.format);
    Shape shape{image.height, image.width};
    if (channels > 1) shape = Shape{image.height, image.width, channels};
    MMDEPLOY_TRY(Tensor tensor, Tensor::Allocate(image.dtype, shape));
    const auto row = static_cast<size_t>(image.tight_row_bytes());
    for (int y = 0; y < image.height; ++y) {
      std::memcpy(static_cast<uint8_t*>(tensor.raw()) + static_cast<size_t>(y) * row,
                  image.data + y * image.stride(), row);
    }
    return tensor;
  }

  const mmdeploy_mat_t* const mats_;
  const int mat_count_;
};

}  // namespace

Result<void> ValueCreate(const char* json, const mmdeploy_mat_t* mats, int mat_count,
                         mmdeploy_value_t* value) {
  MMDEPLOY_TRY(const Json document, ParseJson(json, "json"));
  const JsonPath path("json");
  MMDEPLOY_TRYV(ExpectArray(document, path));
  std::vector<Value> inputs;
  const Reader reader(mats, mat_count);
  for (size_t i = 0; i < document.size(); ++i) {
    MMDEPLOY_TRY(inputs.emplace_back(), reader.Read(document[i], path / i));
  }
  *value = new mmdeploy_value{std::move(inputs)};
  return {};
}

}  // namespace mmdeploy::capi
