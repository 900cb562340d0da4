#include "mmdeploy/backend/openvino/ops/custom_op.h"

#include <algorithm>
#include <openvino/core/op_extension.hpp>
#include <openvino/frontend/onnx/extension/conversion.hpp>
#include <openvino/op/op.hpp>
#include <openvino/op/util/framework_node.hpp>

#include "mmdeploy/backend/openvino/ops/context.h"
#include "mmdeploy/backend/openvino/types.h"
#include "mmdeploy/op/read_attributes.h"

namespace mmdeploy::openvino {
namespace {

constexpr const char* kOpset = "mmdeploy";

using op::AttrType;
using op::AttrValue;
using op::OpDef;

template <class T>
T Unwrap(Result<T> result) {
  if (!result) OPENVINO_THROW(result.error().message());
  return std::move(*result);
}

void Unwrap(const Result<void>& result) {
  if (!result) OPENVINO_THROW(result.error().message());
}

AttrValue Zero(AttrType type) {
  switch (type) {
    case AttrType::kInt:
      return int64_t{0};
    case AttrType::kFloat:
      return 0.f;
    case AttrType::kString:
      return std::string();
    case AttrType::kInts:
      return std::vector<int64_t>();
    default:
      return std::vector<float>();
  }
}

std::optional<Shape> KnownShape(const ov::PartialShape& shape) {
  if (shape.rank().is_dynamic() || shape.size() > Shape::kMaxRank) return std::nullopt;
  std::vector<int64_t> dims;
  for (const auto& dim : shape) {
    dims.push_back(dim.is_static() ? dim.get_length() : Shape::kDynamic);
  }
  return Shape(dims);
}

ov::PartialShape ToPartial(const Shape& shape) {
  ov::PartialShape partial;
  for (const int64_t dim : shape) {
    partial.push_back(dim < 0 ? ov::Dimension() : ov::Dimension(dim));
  }
  return partial;
}

// A node of any of our operators.
class OpNode : public ov::op::Op {
 public:
  // `values` in the order of op.attributes; checked when the node's types are inferred.
  OpNode(const OpDef& op, const ov::DiscreteTypeInfo& type, std::vector<AttrValue> values)
      : op_(op), type_(type), values_(std::move(values)) {}

  const ov::DiscreteTypeInfo& get_type_info() const override { return type_; }

  void validate_and_infer_types() override {
    std::vector<std::optional<Shape>> shapes;
    for (size_t i = 0; i < get_input_size(); ++i) {
      shapes.push_back(KnownShape(get_input_partial_shape(i)));
    }
    const auto outputs = Unwrap(op::InferShapes(op_, CheckedAttributes(), shapes));
    for (size_t i = 0; i < outputs.size(); ++i) {
      const auto& def = op_.outputs[i];
      const auto type = def.same_dtype_as < 0
                            ? ToOv(def.dtype)
                            : get_input_element_type(static_cast<size_t>(def.same_dtype_as));
      set_output_type(i, type, ToPartial(outputs[i]));
    }
  }

  std::shared_ptr<ov::Node> clone_with_new_inputs(const ov::OutputVector& inputs) const override {
    auto node = std::make_shared<OpNode>(op_, type_, values_);
    node->set_arguments(inputs);
    node->constructor_validate_and_infer_types();
    return node;
  }

  bool visit_attributes(ov::AttributeVisitor& visitor) override {
    for (size_t i = 0; i < values_.size(); ++i) {
      std::visit([&](auto& value) { visitor.on_attribute(op_.attributes[i].name, value); },
                 values_[i]);
    }
    return true;
  }

  bool has_evaluate() const override { return true; }

  bool evaluate(ov::TensorVector& outputs, const ov::TensorVector& inputs) const override {
    OvOpContext context(op_, &outputs);
    Unwrap(context.ReadInputs(inputs));
    Unwrap(op::Run(op_, CheckedAttributes(), op_.run, context));
    return true;
  }

 private:
  op::Attributes CheckedAttributes() const {
    return Unwrap(op::MakeAttributes(op_, {values_.begin(), values_.end()}));
  }

  const OpDef& op_;
  const ov::DiscreteTypeInfo& type_;
  std::vector<AttrValue> values_;
};

// What an attribute of type T is to us.
template <class T, class Ours = T>
bool Take(const ov::Any& any, std::optional<AttrValue>* value) {
  if (!any.is<T>()) return false;
  const T& given = any.as<T>();
  if constexpr (std::is_arithmetic_v<T>) {
    *value = static_cast<Ours>(given);
  } else {
    *value = Ours(given.begin(), given.end());
  }
  return true;
}

// An attribute of an ONNX node, if it has it.
std::optional<AttrValue> ReadAttribute(const ov::frontend::NodeContext& node,
                                       const std::string& name) {
  const ov::Any any = node.get_attribute_as_any(name);
  std::optional<AttrValue> value;
  Take<int64_t>(any, &value) || Take<float>(any, &value) || Take<double, float>(any, &value) ||
      Take<std::string>(any, &value) || Take<std::vector<int64_t>>(any, &value) ||
      Take<std::vector<float>>(any, &value) ||
      Take<std::vector<double>, std::vector<float>>(any, &value);
  return value;
}

std::vector<AttrValue> ReadAttributes(const ov::frontend::NodeContext& node, const OpDef& op) {
  const auto read = [&](const std::string& name, AttrType) { return ReadAttribute(node, name); };
  return Unwrap(op::ReadAttributes(op, read)).values();
}

// One operator, as OpenVINO asks for it.
class OpExtension : public ov::BaseOpExtension {
 public:
  explicit OpExtension(const OpDef& op) : op_(op), type_(op.names.front().type.c_str(), kOpset) {}

  const ov::DiscreteTypeInfo& get_type_info() const override { return type_; }

  ov::OutputVector create(const ov::OutputVector& inputs,
                          ov::AttributeVisitor& visitor) const override {
    std::vector<AttrValue> values;
    for (const auto& def : op_.attributes) values.push_back(Zero(def.type));
    auto node = std::make_shared<OpNode>(op_, type_, std::move(values));
    node->set_arguments(inputs);
    if (node->visit_attributes(visitor)) node->constructor_validate_and_infer_types();
    return node->outputs();
  }

  std::vector<ov::Extension::Ptr> get_attached_extensions() const override {
    std::vector<ov::Extension::Ptr> extensions;
    for (const auto& name : op_.names) {
      extensions.push_back(std::make_shared<ov::frontend::onnx::ConversionExtension>(
          name.type, name.domain,
          [this](const ov::frontend::NodeContext& node) { return FromOnnx(node); }));
    }
    return extensions;
  }

 private:
  ov::OutputVector FromOnnx(const ov::frontend::NodeContext& node) const {
    ov::OutputVector inputs;
    for (size_t i = 0; i < node.get_input_size(); ++i) {
      inputs.push_back(node.get_input(static_cast<int>(i)));
    }
    auto made = std::make_shared<OpNode>(op_, type_, ReadAttributes(node, op_));
    made->set_arguments(inputs);
    made->constructor_validate_and_infer_types();
    return made->outputs();
  }

  const OpDef& op_;
  ov::DiscreteTypeInfo type_;
};

bool IsNative(const OpDef& op) {
  const auto& engines = op.native_engines;
  return std::find(engines.begin(), engines.end(), "openvino") != engines.end();
}

}  // namespace

std::vector<std::shared_ptr<ov::Extension>> CustomOps() {
  // Nodes point into the extensions: they live until the process ends.
  static const auto* extensions = [] {
    auto* all = new std::vector<std::shared_ptr<ov::Extension>>;
    for (const auto& op : op::Ops()) {
      if (!IsNative(op)) all->push_back(std::make_shared<OpExtension>(op));
    }
    return all;
  }();
  return *extensions;
}

}  // namespace mmdeploy::openvino
