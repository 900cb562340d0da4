#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "bindings/capi/generated/functions.h"
#include "bindings/capi/handle.h"
#include "mmdeploy/base/dtype.h"

// Values as a series of parts, for programs that do not know what a pipeline answers.
namespace mmdeploy::capi {
namespace {

using Part = mmdeploy_value_part_t;

class Visitor {
 public:
  Visitor(mmdeploy_value_visit_fn_t visit, void* context) : visit_(visit), context_(context) {}

  Result<void> Visit(const Value& value) {
    if (value.is_list()) {
      MMDEPLOY_TRYV(Begin(MMDEPLOY_VALUE_LIST, value.list().size()));
      for (const Value& item : value.list()) MMDEPLOY_TRYV(Visit(item));
      return End();
    }
    if (value.is_record()) return Visit(value.record());
    const Kind kind = value.kind();
    if (kind == Kind::kNull) return Give(Of(MMDEPLOY_VALUE_NULL));
    if (kind == Kind::kBool) return Integer(MMDEPLOY_VALUE_BOOL, value.boolean() ? 1 : 0);
    if (kind == Kind::kInt) return Integer(MMDEPLOY_VALUE_INT, value.integer());
    if (kind == Kind::kBox) return Floats(&value.box().left, {4});
    if (kind == Kind::kPoints) return (*this)(&value.points());
    if (kind == Kind::kImage) return (*this)(&value.image());
    if (kind == Kind::kTensors) return Visit(value.tensors());
    return MakeError(
        Code::kNotSupported,
        "the value holds a {}, which has no parts; let a later step of the pipeline be "
        "its output",
        kind.name());
  }

  Result<void> Visit(const Json& json) {
    if (json.is_null()) return Give(Of(MMDEPLOY_VALUE_NULL));
    if (json.is_boolean()) return Integer(MMDEPLOY_VALUE_BOOL, json.get<bool>() ? 1 : 0);
    if (json.is_number_integer()) return VisitInteger(json);
    if (json.is_number()) return VisitNumber(json);
    if (json.is_string()) return VisitText(MMDEPLOY_VALUE_TEXT, json.get<std::string>());
    if (json.is_array()) {
      MMDEPLOY_TRYV(Begin(MMDEPLOY_VALUE_LIST, json.size()));
      for (const Json& item : json) MMDEPLOY_TRYV(Visit(item));
      return End();
    }
    MMDEPLOY_TRYV(Begin(MMDEPLOY_VALUE_RECORD, json.size()));
    for (const auto& [key, item] : json.items()) {
      MMDEPLOY_TRYV(VisitText(MMDEPLOY_VALUE_FIELD, key));
      MMDEPLOY_TRYV(Visit(item));
    }
    return End();
  }

  // The fields of results.
  Result<void> operator()(const int* value) { return Integer(MMDEPLOY_VALUE_INT, *value); }
  Result<void> operator()(const float* value) { return Number(*value); }
  Result<void> operator()(const std::string* text) { return Text(MMDEPLOY_VALUE_TEXT, *text); }
  Result<void> operator()(const Rect* box) { return Floats(&box->left, {4}); }
  Result<void> operator()(const RotatedBox* box) { return Floats(box->data(), {5}); }
  Result<void> operator()(const Point* point) { return Floats(&point->x, {2}); }
  Result<void> operator()(const Quad* quad) { return Floats(&(*quad)[0].x, {8}); }
  Result<void> operator()(const std::vector<float>* values) {
    return Floats(values->data(), {static_cast<int64_t>(values->size())});
  }
  Result<void> operator()(const std::vector<Point>* points) {
    const float* numbers = points->empty() ? nullptr : &points->front().x;
    return Floats(numbers, {static_cast<int64_t>(points->size()), 2});
  }
  Result<void> operator()(const Tensor* tensor) {
    if (tensor->empty()) return Give(Of(MMDEPLOY_VALUE_NULL));
    const Shape& shape = tensor->shape();
    return Array(tensor->raw(), tensor->dtype(), {shape.begin(), shape.end()});
  }
  Result<void> operator()(const Image* image) {
    const auto row = static_cast<size_t>(image->tight_row_bytes());
    std::vector<uint8_t> pixels(row * static_cast<size_t>(image->height));
    for (int y = 0; y < image->height; ++y) {
      std::memcpy(pixels.data() + static_cast<size_t>(y) * row, image->data + y * image->stride(),
                  row);
    }
    return Array(pixels.data(), image->dtype,
                 {image->height, image->width, NumChannels(image->format)});
  }

 private:
  // Of a description, whose numbers and texts need not be those that parts can hold.
  Result<void> VisitInteger(const Json& json) {
    const bool is_large = json.is_number_unsigned() && json.get<uint64_t>() > INT64_MAX;
    MMDEPLOY_ENSURE(!is_large, Code::kOutOfRange, "the value holds {}, allowed: up to {}",
                    json.get<uint64_t>(), INT64_MAX);
    return Integer(MMDEPLOY_VALUE_INT, json.get<int64_t>());
  }
  Result<void> VisitNumber(const Json& json) {
    const auto number = json.get<double>();
    MMDEPLOY_ENSURE(std::abs(number) <= std::numeric_limits<float>::max(), Code::kOutOfRange,
                    "the value holds {}, allowed: numbers that float32 holds", number);
    return Number(static_cast<float>(number));
  }
  Result<void> VisitText(mmdeploy_value_kind_t kind, const std::string& text) {
    MMDEPLOY_ENSURE(text.find('\0') == text.npos, Code::kInvalidArgument,
                    "the value holds a text with NUL, which ends a text in C");
    return Text(kind, text);
  }

  Result<void> Visit(const Record& record) {
    const auto& fields = record.type->fields;
    MMDEPLOY_TRYV(Begin(MMDEPLOY_VALUE_RECORD, fields.size(), std::string(record.type->name)));
    for (const Field& field : fields) {
      MMDEPLOY_TRYV(Text(MMDEPLOY_VALUE_FIELD, std::string(field.name)));
      MMDEPLOY_TRYV(std::visit(*this, record.Get(field)));
    }
    return End();
  }
  Result<void> Visit(const NamedTensors& tensors) {
    MMDEPLOY_TRYV(Begin(MMDEPLOY_VALUE_RECORD, tensors.size(), "Tensors"));
    for (const auto& [name, tensor] : tensors) {
      MMDEPLOY_TRYV(Text(MMDEPLOY_VALUE_FIELD, name));
      MMDEPLOY_TRYV((*this)(&tensor));
    }
    return End();
  }

  static Part Of(mmdeploy_value_kind_t kind) {
    Part part{};
    part.kind = kind;
    return part;
  }
  Result<void> Begin(mmdeploy_value_kind_t kind, size_t count, const std::string& type = "") {
    Part part = Of(kind);
    part.integer = static_cast<int64_t>(count);
    part.text = type.c_str();
    return Give(part);
  }
  Result<void> End() { return Give(Of(MMDEPLOY_VALUE_END)); }
  Result<void> Integer(mmdeploy_value_kind_t kind, int64_t value) {
    Part part = Of(kind);
    part.integer = value;
    return Give(part);
  }
  Result<void> Number(float value) {
    Part part = Of(MMDEPLOY_VALUE_FLOAT);
    part.number = value;
    return Give(part);
  }
  Result<void> Text(mmdeploy_value_kind_t kind, const std::string& text) {
    Part part = Of(kind);
    part.text = text.c_str();
    return Give(part);
  }
  Result<void> Floats(const float* numbers, const std::vector<int64_t>& shape) {
    return Array(numbers, DataType::kFloat32, shape);
  }
  Result<void> Array(const void* data, DataType type, const std::vector<int64_t>& shape) {
    const std::string name(Name(type));
    Part part = Of(MMDEPLOY_VALUE_ARRAY);
    part.data = data;
    part.element_type = name.c_str();
    part.shape = shape.data();
    part.rank = static_cast<int32_t>(shape.size());
    return Give(part);
  }
  Result<void> Give(const Part& part) {
    MMDEPLOY_ENSURE(visit_(&part, context_) == 0, Code::kFail, "the visit was ended");
    return {};
  }

  const mmdeploy_value_visit_fn_t visit_;
  void* const context_;
};

}  // namespace

Result<void> ValueVisit(mmdeploy_value_t value, mmdeploy_value_visit_fn_t visit, void* context) {
  Visitor visitor(visit, context);
  if (value->config) return visitor.Visit(*value->config);
  return visitor.Visit(Value(value->values));
}

}  // namespace mmdeploy::capi
