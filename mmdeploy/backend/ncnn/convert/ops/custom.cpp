#include "mmdeploy/backend/ncnn/convert/ops/custom.h"

#include "mmdeploy/graph/custom_op.h"
#include "mmdeploy/op/ncnn_params.h"

// Custom operators of mmdeploy: one layer each, see mmdeploy/op/ncnn_params.h.

namespace mmdeploy::ncnn_convert {

using graph::Node;

namespace {

struct ParamSetter {
  Layer* layer;
  int id;

  void operator()(const std::string&) const {}  // words have become numbers
  template <class T>
  void operator()(const T& value) const {
    layer->Set(id, value);
  }
};

Result<void> ConvertCustom(const Node& node, Emitter* emitter) {
  const auto& op = *graph::FindCustomOp(node);
  MMDEPLOY_TRY(const auto attributes, graph::AttributesOf(node, op));
  std::vector<std::string> inputs;
  int64_t inputs_without_batch = 0, outputs_without_batch = 0;
  for (size_t i = 0; i < node.num_inputs(); ++i) {
    const auto* input = node.input(i);
    if (!input) break;  // only those at the end may be absent
    inputs.push_back(emitter->Read(input));
    if (DropsBatch(*input)) inputs_without_batch |= int64_t{1} << i;
  }
  for (size_t i = 0; i < node.num_outputs(); ++i) {
    if (DropsBatch(*node.output(i))) outputs_without_batch |= int64_t{1} << i;
  }
  Layer* layer = emitter->AddMany(op.names.front().type, node, std::move(inputs));
  for (size_t i = 0; i < op.attributes.size(); ++i) {
    std::visit(ParamSetter{layer, static_cast<int>(i)},
               op::ToNcnn(op.attributes[i], attributes.values()[i]));
  }
  layer->Set(op::kNcnnInputsWithoutBatch, inputs_without_batch);
  layer->Set(op::kNcnnOutputsWithoutBatch, outputs_without_batch);
  return {};
}

}  // namespace

const Converter* FindCustomConverter(const Node& node) {
  static const Converter converter{"", ConvertCustom, kAnyInputs, {"*"}, true};
  return graph::FindCustomOp(node) ? &converter : nullptr;
}

}  // namespace mmdeploy::ncnn_convert
