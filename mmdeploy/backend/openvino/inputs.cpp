#include "mmdeploy/backend/openvino/inputs.h"

#include <algorithm>
#include <openvino/op/parameter.hpp>

#include "mmdeploy/backend/openvino/guard.h"
#include "mmdeploy/backend/openvino/types.h"

namespace mmdeploy::openvino {

namespace {

using ParameterPtr = std::shared_ptr<ov::op::v0::Parameter>;

// nullptr if there is none.
ParameterPtr FindParameter(const ov::Model& model, const std::string& name) {
  for (const auto& parameter : model.get_parameters()) {
    if (parameter->output(0).get_names().count(name) > 0) return parameter;
  }
  return nullptr;
}

ov::PartialShape ShapeOf(const graph::ValueType& type) {
  if (!type.dims) return ov::PartialShape::dynamic();
  ov::PartialShape shape;
  for (const auto& dim : *type.dims) {
    shape.push_back(dim.is_known() ? ov::Dimension(dim.value()) : ov::Dimension());
  }
  return shape;
}

}  // namespace

Result<void> RestoreInputs(const graph::Graph& graph, ov::Model* model) {
  for (size_t i = 0; i < graph.num_inputs(); ++i) {
    const graph::Value& input = *graph.input(i);
    if (const ParameterPtr parameter = FindParameter(*model, input.name())) {
      parameter->set_friendly_name(input.name());
      continue;
    }
    const auto type = ToDataType(input.type.element);
    MMDEPLOY_ENSURE(type, Code::kNotSupported, "input '{}' has element type {}, nothing reads it",
                    input.name(), Name(input.type.element));
    MMDEPLOY_TRYV(Guard("keep an input", [&] {
      const auto parameter =
          std::make_shared<ov::op::v0::Parameter>(ToOv(*type), ShapeOf(input.type));
      parameter->set_friendly_name(input.name());
      parameter->output(0).set_names({input.name()});
      model->add_parameters({parameter});
    }));
  }
  return {};
}

}  // namespace mmdeploy::openvino
