#include "mmdeploy/graph/type_proto.h"

#include <algorithm>
#include <iterator>
#include <string_view>

namespace mmdeploy::graph {

namespace {

// What exporters write for a size of which they know nothing. Equal names mean equal sizes, but
// these are no names: two of them are two sizes.
bool IsPlaceholder(std::string_view name) {
  constexpr std::string_view kPlaceholders[] = {"?", "-1", "None", "*", "unk", "unknown"};
  return std::find(std::begin(kPlaceholders), std::end(kPlaceholders), name) !=
         std::end(kPlaceholders);
}

// A negative number means unknown, as some exporters write it.
Dim ReadDim(const onnx_proto::TensorShapeProto::Dimension& proto) {
  if (proto.has_dim_value()) return proto.dim_value() >= 0 ? Dim(proto.dim_value()) : Dim();
  return IsPlaceholder(proto.dim_param()) ? Dim() : Dim(proto.dim_param());
}

}  // namespace

ValueType ReadType(const onnx_proto::TypeProto& proto) {
  ValueType type;
  if (!proto.has_tensor_type()) {
    if (proto.value_case() != onnx_proto::TypeProto::VALUE_NOT_SET) {
      type.other = std::make_shared<const std::string>(proto.SerializeAsString());
    }
    return type;
  }
  type.element = static_cast<ElementType>(proto.tensor_type().elem_type());
  if (proto.tensor_type().has_shape()) {
    type.dims.emplace();
    for (const auto& dim : proto.tensor_type().shape().dim()) type.dims->push_back(ReadDim(dim));
  }
  return type;
}

void WriteType(const ValueType& type, onnx_proto::TypeProto* proto) {
  if (type.other) {
    proto->ParseFromString(*type.other);
    return;
  }
  // Engines refuse a tensor whose element type is "undefined", and infer what has no type.
  if (type.element == ElementType::kUndefined) return;
  auto* tensor = proto->mutable_tensor_type();
  tensor->set_elem_type(static_cast<int32_t>(type.element));
  if (!type.dims) return;
  auto* shape = tensor->mutable_shape();
  for (const Dim& dim : *type.dims) {
    auto* out = shape->add_dim();
    if (dim.is_known()) out->set_dim_value(dim.value());
    if (dim.is_symbol()) out->set_dim_param(dim.symbol());
  }
}

}  // namespace mmdeploy::graph
