#include "mmdeploy/graph/load.h"

#include <google/protobuf/arena.h>
#include <google/protobuf/io/coded_stream.h>

#include <filesystem>
#include <unordered_map>

#include "mmdeploy/base/mapped_file.h"
#include "mmdeploy/graph/scope_names.h"
#include "mmdeploy/graph/tensor_proto.h"
#include "mmdeploy/graph/topology.h"
#include "mmdeploy/graph/type_proto.h"

namespace mmdeploy::graph {

namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

template <class Field>
Pairs ReadPairs(const Field& field) {
  Pairs pairs;
  for (const auto& entry : field) pairs.emplace_back(entry.key(), entry.value());
  return pairs;
}

// Fills one model from its message; the message is used up.
class Loader {
 public:
  Loader(const std::string& folder, const LoadLimits& limits)
      : files_(folder), limits_(limits), model_(std::make_unique<Model>()) {}

  Result<std::unique_ptr<Model>> Load(onnx_proto::ModelProto* proto) {
    MMDEPLOY_ENSURE(proto->has_graph(), Code::kFail, "it holds no graph: not an ONNX model");
    MMDEPLOY_TRYV(LoadHeader(proto));
    MMDEPLOY_TRYV(LoadGraph(proto->mutable_graph(), model_->graph(), nullptr, 0));
    return std::move(model_);
  }

 private:
  Result<void> LoadHeader(onnx_proto::ModelProto* proto);
  Result<void> LoadGraph(onnx_proto::GraphProto* proto, Graph* graph, const ScopeNames* outer,
                         int depth);
  Result<void> LoadInitializers(onnx_proto::GraphProto* proto, Graph* graph, ScopeNames* scope);
  Result<void> LoadInputs(onnx_proto::GraphProto* proto, Graph* graph, ScopeNames* scope);
  Result<void> LoadNodes(onnx_proto::GraphProto* proto, Graph* graph, ScopeNames* scope);
  Result<void> LinkNodes(onnx_proto::GraphProto* proto, const ScopeNames& scope, int depth);
  Result<void> LoadOutputs(onnx_proto::GraphProto* proto, Graph* graph, const ScopeNames& scope);
  Result<bool> LoadConstant(onnx_proto::NodeProto* proto, Graph* graph, ScopeNames* scope);
  Result<void> LoadAttributes(onnx_proto::NodeProto* proto, Node* node, const ScopeNames& scope,
                              int depth);
  Result<AttributeValue> LoadAttribute(onnx_proto::AttributeProto* proto, const Node& node,
                                       const ScopeNames& scope, int depth);
  Result<std::unique_ptr<Graph>> LoadSubgraph(onnx_proto::GraphProto* proto, const Node& node,
                                              const ScopeNames& scope, int depth);
  Result<void> Define(ScopeNames* scope, const std::string& name, Value* value, const Node* maker);

  ExternalFiles files_;
  const LoadLimits& limits_;
  std::unique_ptr<Model> model_;
  int64_t num_nodes_ = 0;
  std::vector<Node*> nodes_;  // of the graph being read, beside the messages; nullptr: a constant
};

std::string CleanDomain(const std::string& domain) { return domain == "ai.onnx" ? "" : domain; }

Result<void> Loader::LoadHeader(onnx_proto::ModelProto* proto) {
  MMDEPLOY_ENSURE(proto->opset_import_size() > 0, Code::kFail,
                  "it imports no operator set (opset_import is empty)");
  for (const auto& opset : proto->opset_import()) {
    MMDEPLOY_ENSURE(opset.version() > 0, Code::kFail,
                    "opset_import of domain '{}' has version {}, expected at least 1",
                    opset.domain(), opset.version());
    model_->set_opset(CleanDomain(opset.domain()), opset.version());
  }
  // Constants that are no inputs exist since IR version 4; we write files that way.
  model_->ir_version = std::max<int64_t>(proto->ir_version(), 4);
  model_->producer_name = proto->producer_name();
  model_->producer_version = proto->producer_version();
  model_->domain = proto->domain();
  model_->doc = proto->doc_string();
  model_->model_version = proto->model_version();
  model_->metadata = ReadPairs(proto->metadata_props());
  for (const auto& function : proto->functions()) {
    model_->functions.push_back(function.SerializeAsString());
  }
  for (const auto& training : proto->training_info()) {
    model_->training_info.push_back(training.SerializeAsString());
  }
  return {};
}

Result<void> Loader::Define(ScopeNames* scope, const std::string& name, Value* value,
                            const Node* maker) {
  const auto [place, is_new] = scope->values.emplace(name, value);
  if (is_new) return {};
  const Node* first = place->second->producer();
  return MakeError(Code::kFail, "'{}' is defined twice: by {} and by {}", name,
                   first ? Describe(*first) : "an input or initializer",
                   maker ? Describe(*maker) : "an input or initializer");
}

Result<void> Loader::LoadInitializers(onnx_proto::GraphProto* proto, Graph* graph,
                                      ScopeNames* scope) {
  MMDEPLOY_ENSURE(proto->sparse_initializer_size() == 0, Code::kNotSupported,
                  "graph '{}' has {} sparse initializers; store them as dense ones", graph->name,
                  proto->sparse_initializer_size());
  for (auto& tensor : *proto->mutable_initializer()) {
    MMDEPLOY_ENSURE(!tensor.name().empty(), Code::kFail, "an initializer has no name");
    MMDEPLOY_TRY(TensorPtr data, TakeTensor(&tensor, &files_));
    Value* value = graph->AddConstant(std::move(data), tensor.name());
    MMDEPLOY_TRYV(Define(scope, tensor.name(), value, nullptr));
  }
  return {};
}

Result<void> Loader::LoadInputs(onnx_proto::GraphProto* proto, Graph* graph, ScopeNames* scope) {
  for (const auto& input : proto->input()) {
    MMDEPLOY_ENSURE(!input.name().empty(), Code::kFail, "an input has no name");
    auto found = scope->values.find(input.name());
    if (found != scope->values.end() && found->second->constant()) {
      model_->initializers_as_inputs = true;
      continue;
    }
    Value* value = graph->AddInput(input.name(), ReadType(input.type()));
    MMDEPLOY_TRYV(Define(scope, input.name(), value, nullptr));
  }
  return {};
}

// A Constant node with dense elements becomes a constant of the graph.
Result<bool> Loader::LoadConstant(onnx_proto::NodeProto* proto, Graph* graph, ScopeNames* scope) {
  if (proto->op_type() != "Constant" || !CleanDomain(proto->domain()).empty()) return false;
  if (proto->attribute_size() != 1 || proto->output_size() != 1) return false;
  onnx_proto::AttributeProto* attribute = proto->mutable_attribute(0);
  const std::string& name = attribute->name();
  TensorPtr data;
  if (name == "value" && attribute->has_t()) {
    MMDEPLOY_TRY(data, TakeTensor(attribute->mutable_t(), &files_));
  } else if (name == "value_float") {
    data = TensorData::Scalar<float>(attribute->f());
  } else if (name == "value_int") {
    data = TensorData::Scalar<int64_t>(attribute->i());
  } else if (name == "value_floats") {
    data = TensorData::Vector(
        std::vector<float>(attribute->floats().begin(), attribute->floats().end()));
  } else if (name == "value_ints") {
    data = TensorData::Vector(
        std::vector<int64_t>(attribute->ints().begin(), attribute->ints().end()));
  } else {
    return false;
  }
  Value* value = graph->AddConstant(std::move(data), proto->output(0));
  MMDEPLOY_TRYV(Define(scope, proto->output(0), value, nullptr));
  return true;
}

Result<void> Loader::LoadNodes(onnx_proto::GraphProto* proto, Graph* graph, ScopeNames* scope) {
  num_nodes_ += proto->node_size();
  MMDEPLOY_ENSURE(num_nodes_ <= limits_.max_nodes, Code::kOutOfRange,
                  "it has more than {} nodes, which is the limit", limits_.max_nodes);
  nodes_.clear();
  nodes_.reserve(static_cast<size_t>(proto->node_size()));
  for (auto& message : *proto->mutable_node()) {
    MMDEPLOY_TRY(const bool is_constant, LoadConstant(&message, graph, scope));
    nodes_.push_back(nullptr);
    if (is_constant) continue;
    Node* node = graph->AddNode(message.op_type(), {}, nullptr, CleanDomain(message.domain()));
    nodes_.back() = node;
    node->set_name(message.name());
    node->doc = message.doc_string();
    node->overload = message.overload();
    node->metadata = ReadPairs(message.metadata_props());
    MMDEPLOY_ENSURE(!node->op().empty(), Code::kFail, "{} has no op_type", Describe(*node));
    MMDEPLOY_ENSURE(message.output_size() > 0, Code::kFail, "{} has no outputs", Describe(*node));
    for (const std::string& output : message.output()) {
      Value* value = node->AddOutput(output);
      if (!output.empty()) MMDEPLOY_TRYV(Define(scope, output, value, node));
    }
  }
  return {};
}

Result<void> Loader::LinkNodes(onnx_proto::GraphProto* proto, const ScopeNames& scope, int depth) {
  const std::vector<Node*> nodes = std::move(nodes_);
  for (size_t i = 0; i < nodes.size(); ++i) {
    Node* node = nodes[i];
    if (!node) continue;
    onnx_proto::NodeProto* message = proto->mutable_node(static_cast<int>(i));
    for (const std::string& input : message->input()) {
      Value* value = input.empty() ? nullptr : scope.Find(input);
      MMDEPLOY_ENSURE(value || input.empty(), Code::kFail,
                      "{}: input {} is '{}', which no node, input or initializer defines",
                      Describe(*node), node->num_inputs(), input);
      node->AddInput(value);
    }
    MMDEPLOY_TRYV(LoadAttributes(message, node, scope, depth));
  }
  return {};
}

Result<void> Loader::LoadAttributes(onnx_proto::NodeProto* proto, Node* node,
                                    const ScopeNames& scope, int depth) {
  MMDEPLOY_ENSURE(proto->attribute_size() <= limits_.max_attributes_per_node, Code::kOutOfRange,
                  "{} has {} attributes, the limit is {}", Describe(*node), proto->attribute_size(),
                  limits_.max_attributes_per_node);
  for (auto& attribute : *proto->mutable_attribute()) {
    MMDEPLOY_ENSURE(!node->Find(attribute.name()), Code::kFail, "{}: attribute '{}' is given twice",
                    Describe(*node), attribute.name());
    Result<AttributeValue> value = LoadAttribute(&attribute, *node, scope, depth);
    if (!value) return MakeError(std::move(value).error());
    node->Set(attribute.name(), std::move(*value));
  }
  return {};
}

// Files of IR version 1 have no type field: what is present decides.
onnx_proto::AttributeProto::AttributeType TypeOf(const onnx_proto::AttributeProto& proto) {
  using Proto = onnx_proto::AttributeProto;
  if (proto.has_type()) return proto.type();
  if (proto.has_f()) return Proto::FLOAT;
  if (proto.has_i()) return Proto::INT;
  if (proto.has_s()) return Proto::STRING;
  if (proto.has_t()) return Proto::TENSOR;
  if (proto.has_g()) return Proto::GRAPH;
  if (proto.floats_size()) return Proto::FLOATS;
  if (proto.strings_size()) return Proto::STRINGS;
  if (proto.ints_size()) return Proto::INTS;
  return Proto::UNDEFINED;
}

Result<AttributeValue> Loader::LoadAttribute(onnx_proto::AttributeProto* proto, const Node& node,
                                             const ScopeNames& scope, int depth) {
  using Proto = onnx_proto::AttributeProto;
  if (!proto->ref_attr_name().empty()) {
    return AttributeValue(
        OpaqueAttribute{std::make_shared<const std::string>(proto->SerializeAsString())});
  }
  switch (TypeOf(*proto)) {
    case Proto::FLOAT:
      return AttributeValue(proto->f());
    case Proto::INT:
      return AttributeValue(static_cast<int64_t>(proto->i()));
    case Proto::STRING:
      return AttributeValue(std::move(*proto->mutable_s()));
    case Proto::FLOATS:
      return AttributeValue(std::vector<float>(proto->floats().begin(), proto->floats().end()));
    case Proto::INTS:
      return AttributeValue(std::vector<int64_t>(proto->ints().begin(), proto->ints().end()));
    case Proto::STRINGS:
      return AttributeValue(
          std::vector<std::string>(proto->strings().begin(), proto->strings().end()));
    case Proto::TENSOR: {
      Result<TensorPtr> tensor = TakeTensor(proto->mutable_t(), &files_);
      if (!tensor) return MakeError(tensor.error().In(Describe(node)));
      return AttributeValue(std::move(*tensor));
    }
    case Proto::TENSORS: {
      std::vector<TensorPtr> tensors;
      for (auto& tensor : *proto->mutable_tensors()) {
        MMDEPLOY_TRY(tensors.emplace_back(), TakeTensor(&tensor, &files_));
      }
      return AttributeValue(std::move(tensors));
    }
    case Proto::GRAPH: {
      MMDEPLOY_TRY(auto graph, LoadSubgraph(proto->mutable_g(), node, scope, depth));
      return AttributeValue(std::move(graph));
    }
    case Proto::GRAPHS: {
      std::vector<std::unique_ptr<Graph>> graphs;
      for (auto& graph : *proto->mutable_graphs()) {
        MMDEPLOY_TRY(graphs.emplace_back(), LoadSubgraph(&graph, node, scope, depth));
      }
      return AttributeValue(std::move(graphs));
    }
    default:
      return AttributeValue(
          OpaqueAttribute{std::make_shared<const std::string>(proto->SerializeAsString())});
  }
}

Result<std::unique_ptr<Graph>> Loader::LoadSubgraph(onnx_proto::GraphProto* proto, const Node& node,
                                                    const ScopeNames& scope, int depth) {
  MMDEPLOY_ENSURE(depth < limits_.max_depth, Code::kOutOfRange,
                  "{}: graphs inside graphs are nested deeper than {} levels, which is the limit",
                  Describe(node), limits_.max_depth);
  auto graph = std::make_unique<Graph>(model_.get(), node.graph());
  MMDEPLOY_TRYV(LoadGraph(proto, graph.get(), &scope, depth + 1));
  return graph;
}

Result<void> Loader::LoadOutputs(onnx_proto::GraphProto* proto, Graph* graph,
                                 const ScopeNames& scope) {
  for (const auto& output : proto->output()) {
    Value* value = scope.Find(output.name());
    MMDEPLOY_ENSURE(value, Code::kFail,
                    "output '{}' of the graph is defined by no node, input or initializer",
                    output.name());
    graph->AddOutput(value, output.name());
    if (value->producer()) value->type = ReadType(output.type());
  }
  return {};
}

Result<void> Loader::LoadGraph(onnx_proto::GraphProto* proto, Graph* graph, const ScopeNames* outer,
                               int depth) {
  ScopeNames scope{outer, {}};
  const size_t num_names =
      static_cast<size_t>(proto->node_size()) + static_cast<size_t>(proto->initializer_size());
  scope.values.reserve(num_names);
  model_->ReserveNames(num_names);
  graph->name = proto->name();
  graph->doc = proto->doc_string();
  graph->metadata = ReadPairs(proto->metadata_props());
  for (const auto& annotation : proto->quantization_annotation()) {
    graph->quantization_annotations.push_back(annotation.SerializeAsString());
  }
  MMDEPLOY_TRYV(LoadInitializers(proto, graph, &scope));
  MMDEPLOY_TRYV(LoadInputs(proto, graph, &scope));
  MMDEPLOY_TRYV(LoadNodes(proto, graph, &scope));
  MMDEPLOY_TRYV(LinkNodes(proto, scope, depth));
  for (const auto& info : proto->value_info()) {
    auto found = scope.values.find(info.name());
    if (found == scope.values.end() || !found->second->producer()) continue;
    found->second->type = ReadType(info.type());
  }
  MMDEPLOY_TRYV(LoadOutputs(proto, graph, scope));
  return SortNodes(graph);
}

// Messages nest three levels per graph (graph, node, attribute).
Result<void> ParseMessage(std::string_view bytes, const LoadLimits& limits,
                          onnx_proto::ModelProto* proto) {
  MMDEPLOY_ENSURE(bytes.size() < (size_t{1} << 31), Code::kOutOfRange,
                  "it has {} bytes, but one message holds up to 2 GB; keep the weights in external "
                  "files (onnx.save with save_as_external_data)",
                  bytes.size());
  google::protobuf::io::CodedInputStream stream(reinterpret_cast<const uint8_t*>(bytes.data()),
                                                static_cast<int>(bytes.size()));
  stream.SetRecursionLimit(3 * (limits.max_depth + 2) + 10);
  MMDEPLOY_ENSURE(
      !bytes.empty() && proto->ParseFromCodedStream(&stream) && stream.ConsumedEntireMessage(),
      Code::kFail, "it is not an ONNX model, or it is damaged (protobuf cannot read it)");
  return {};
}

}  // namespace

Result<std::unique_ptr<Model>> ParseModel(std::string_view bytes, const std::string& folder,
                                          const std::string& name, const LoadLimits& limits) {
  // Millions of small objects that go together.
  google::protobuf::Arena arena;
  auto* proto = google::protobuf::Arena::CreateMessage<onnx_proto::ModelProto>(&arena);
  Result<void> parsed = ParseMessage(bytes, limits, proto);
  if (!parsed) return MakeError(parsed.error().In(name));
  Result<std::unique_ptr<Model>> model = Loader(folder, limits).Load(proto);
  if (!model) return MakeError(model.error().In(name));
  return model;
}

Result<std::unique_ptr<Model>> LoadModel(const std::string& path, const LoadLimits& limits) {
  MMDEPLOY_TRY(auto file, MappedFile::Open(path, Streams::kRead));
  const std::string folder = std::filesystem::path(path).parent_path().string();
  return ParseModel(file->bytes(), folder.empty() ? "." : folder, path, limits);
}

}  // namespace mmdeploy::graph
