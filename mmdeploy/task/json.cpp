#include "mmdeploy/task/json.h"

#include <cstring>

namespace mmdeploy {
namespace {

std::string Base64(const uint8_t* bytes, size_t count) {
  static constexpr char kDigits[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((count + 2) / 3 * 4);
  for (size_t i = 0; i < count; i += 3) {
    uint32_t group = 0;
    for (size_t k = 0; k < 3; ++k) group = group << 8 | (i + k < count ? bytes[i + k] : 0u);
    for (size_t k = 0; k < 4; ++k) {
      text += i + k <= count ? kDigits[group >> (18 - 6 * k) & 63] : '=';
    }
  }
  return text;
}

Json ArrayJson(const uint8_t* bytes, size_t count, DataType dtype, std::vector<int64_t> shape) {
  return {{"dtype", Name(dtype)}, {"shape", std::move(shape)}, {"base64", Base64(bytes, count)}};
}

struct ToJsonOf {
  Json operator()(const int* value) const { return *value; }
  Json operator()(const float* value) const { return *value; }
  Json operator()(const std::string* value) const { return *value; }
  Json operator()(const Rect* box) const { return {box->left, box->top, box->right, box->bottom}; }
  Json operator()(const RotatedBox* box) const { return *box; }
  Json operator()(const Point* point) const { return {point->x, point->y}; }
  Json operator()(const Quad* quad) const {
    Json numbers = Json::array();
    for (const Point& corner : *quad) numbers.insert(numbers.end(), {corner.x, corner.y});
    return numbers;
  }
  Json operator()(const std::vector<float>* values) const { return *values; }
  Json operator()(const std::vector<Point>* points) const {
    Json list = Json::array();
    for (const Point& point : *points) list.push_back((*this)(&point));
    return list;
  }
  Json operator()(const Tensor* tensor) const {
    if (tensor->empty()) return nullptr;
    const Shape& shape = tensor->shape();
    return ArrayJson(static_cast<const uint8_t*>(tensor->raw()), tensor->num_bytes(),
                     tensor->dtype(), {shape.begin(), shape.end()});
  }
  Json operator()(const Image* image) const {
    const auto row = static_cast<size_t>(image->tight_row_bytes());
    std::vector<uint8_t> bytes(row * static_cast<size_t>(image->height));
    for (int y = 0; y < image->height; ++y) {
      std::memcpy(bytes.data() + static_cast<size_t>(y) * row, image->data + y * image->stride(),
                  row);
    }
    return ArrayJson(bytes.data(), bytes.size(), image->dtype,
                     {image->height, image->width, NumChannels(image->format)});
  }
};

// Reads one field; `args` keeps errors in types.
class FieldReader {
 public:
  FieldReader(JsonReader* args, const Field& field, const ArrayReader& read_array)
      : args_(*args), field_(field), name_(field.name), read_array_(read_array) {}

  Result<void> operator()(int* to) { return Require(to); }
  Result<void> operator()(float* to) { return Require(to); }
  Result<void> operator()(std::string* to) { return Require(to); }
  Result<void> operator()(std::vector<float>* to) { return Require(to); }
  Result<void> operator()(Rect* to) {
    return Numbers(4, [&](const float* v) { *to = {v[0], v[1], v[2], v[3]}; });
  }
  Result<void> operator()(RotatedBox* to) {
    return Numbers(5, [&](const float* v) { std::copy_n(v, 5, to->begin()); });
  }
  Result<void> operator()(Point* to) {
    return Numbers(2, [&](const float* v) { *to = {v[0], v[1]}; });
  }
  Result<void> operator()(Quad* to) {
    return Numbers(8, [&](const float* v) {
      for (size_t i = 0; i < 4; ++i) (*to)[i] = {v[2 * i], v[2 * i + 1]};
    });
  }
  Result<void> operator()(std::vector<Point>* to) {
    std::vector<std::vector<float>> pairs;
    MMDEPLOY_TRYV(Require(&pairs));
    to->clear();
    for (const auto& pair : pairs) {
      if (pair.size() != 2) args_.Fail(name_, "expected pairs of numbers");
      to->push_back(pair.size() == 2 ? Point{pair[0], pair[1]} : Point{});
    }
    return {};
  }
  Result<void> operator()(Tensor* to) {
    const Json* json = field_.optional ? args_.Find(name_) : args_.RequireMember(name_);
    if (!json) return {};
    MMDEPLOY_TRY(*to, read_array_(*json, args_.path() / name_));
    return {};
  }
  Result<void> operator()(Image* to) {
    Tensor pixels;
    MMDEPLOY_TRYV((*this)(&pixels));
    const Shape& shape = pixels.shape();
    const bool fits =
        shape.size() == 3 && (shape[2] == 1 || shape[2] == 3) && pixels.dtype() == DataType::kUint8;
    MMDEPLOY_ENSURE(fits, Code::kFail, "{}: found {}, expected uint8 [H,W,C] with C of 1 or 3",
                    (args_.path() / name_).str(), Describe(pixels));
    to->data = pixels.data<uint8_t>();
    to->height = static_cast<int>(shape[0]);
    to->width = static_cast<int>(shape[1]);
    to->format = shape[2] == 1 ? PixelFormat::kGray : PixelFormat::kRgb;
    to->owner = pixels.owner();
    return {};
  }

 private:
  template <class T>
  Result<void> Require(T* to) {
    args_.Require(name_, to);
    return {};
  }

  template <class Take>
  Result<void> Numbers(size_t count, Take&& take) {
    std::vector<float> values;
    args_.Require(name_, &values);
    if (values.size() == count) {
      take(values.data());
    } else if (args_.ok()) {
      args_.Fail(name_, fmt::format("expected {} numbers, found {}", count, values.size()));
    }
    return {};
  }

  JsonReader& args_;
  const Field& field_;
  const std::string name_;
  const ArrayReader& read_array_;
};

}  // namespace

Json ToJson(const Value& value) {
  if (value.is_list()) {
    Json list = Json::array();
    for (const Value& item : value.list()) list.push_back(ToJson(item));
    return list;
  }
  if (value.kind() == Kind::kNull) return nullptr;
  if (!value.is_record()) return Describe(value);
  Json object = Json::object();
  const Record& record = value.record();
  for (const Field& field : record.type->fields) {
    object[std::string(field.name)] = std::visit(ToJsonOf{}, record.Get(field));
  }
  return object;
}

Result<Record> ReadRecord(const ResultType& type, const Json& json, const JsonPath& path,
                          const ArrayReader& read_array) {
  std::shared_ptr<void> data = type.create();
  JsonReader args(json, path, nullptr);
  for (const Field& field : type.fields) {
    MMDEPLOY_TRYV(std::visit(FieldReader(&args, field, read_array), field.get(data.get())));
  }
  MMDEPLOY_TRYV(args.Finish());
  return Record{&type, std::move(data)};
}

}  // namespace mmdeploy
