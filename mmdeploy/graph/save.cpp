#include "mmdeploy/graph/save.h"

#include <google/protobuf/arena.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/wire_format_lite.h>

#include <filesystem>

#include "mmdeploy/base/output_file.h"
#include "mmdeploy/graph/saved_names.h"
#include "mmdeploy/graph/tensor_proto.h"
#include "mmdeploy/graph/type_proto.h"

namespace mmdeploy::graph {

namespace {

using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedOutputStream;
namespace fs = std::filesystem;

constexpr uint32_t kGraphField = onnx_proto::ModelProto::kGraphFieldNumber;
constexpr uint32_t kInitializerField = onnx_proto::GraphProto::kInitializerFieldNumber;
constexpr uint32_t kRawDataField = onnx_proto::TensorProto::kRawDataFieldNumber;
// One message must stay below 2 GB; the rest is for what is not weights.
constexpr uint64_t kMaxMessage = (uint64_t{1} << 31) - 1;
constexpr uint64_t kAlignment = 64;

template <class Pairs, class Field>
void WritePairs(const Pairs& pairs, Field* field) {
  for (const auto& [key, value] : pairs) {
    auto* entry = field->Add();
    entry->set_key(key);
    entry->set_value(value);
  }
}

// Fills messages from a graph; the elements of the outermost initializers are left out.
class Writer {
 public:
  explicit Writer(const Model& model) : model_(model), names_(model) {}

  const SavedNames& names() const { return names_; }
  void WriteHeader(onnx_proto::ModelProto* proto) const;
  void WriteGraph(const Graph& graph, onnx_proto::GraphProto* proto) const;

 private:
  void WriteValue(const ValueType& type, const std::string& name,
                  onnx_proto::ValueInfoProto* proto) const;
  void WriteInterface(const Graph& graph, onnx_proto::GraphProto* proto) const;
  void WriteInnerConstants(const Graph& graph, onnx_proto::GraphProto* proto) const;
  void WriteNode(const Node& node, onnx_proto::NodeProto* proto) const;
  void WriteAttribute(const Attribute& attribute, onnx_proto::AttributeProto* proto) const;
  void WriteCopies(const Graph& graph, onnx_proto::GraphProto* proto) const;

  const Model& model_;
  SavedNames names_;
};

void Writer::WriteHeader(onnx_proto::ModelProto* proto) const {
  proto->set_ir_version(model_.ir_version);
  for (const auto& [domain, version] : model_.opsets()) {
    auto* opset = proto->add_opset_import();
    opset->set_domain(domain);
    opset->set_version(version);
  }
  if (!model_.producer_name.empty()) proto->set_producer_name(model_.producer_name);
  if (!model_.producer_version.empty()) proto->set_producer_version(model_.producer_version);
  if (!model_.domain.empty()) proto->set_domain(model_.domain);
  if (!model_.doc.empty()) proto->set_doc_string(model_.doc);
  if (model_.model_version) proto->set_model_version(model_.model_version);
  WritePairs(model_.metadata, proto->mutable_metadata_props());
  for (const std::string& bytes : model_.functions) proto->add_functions()->ParseFromString(bytes);
  for (const std::string& bytes : model_.training_info) {
    proto->add_training_info()->ParseFromString(bytes);
  }
}

void Writer::WriteValue(const ValueType& type, const std::string& name,
                        onnx_proto::ValueInfoProto* proto) const {
  proto->set_name(name);
  WriteType(type, proto->mutable_type());
}

void Writer::WriteInterface(const Graph& graph, onnx_proto::GraphProto* proto) const {
  for (size_t i = 0; i < graph.num_inputs(); ++i) {
    WriteValue(graph.input(i)->type, names_[graph.input(i)], proto->add_input());
  }
  if (model_.initializers_as_inputs && !graph.parent()) {
    for (const auto& constant : graph.constants()) {
      WriteValue(constant->type, names_[constant.get()], proto->add_input());
    }
  }
  for (size_t i = 0; i < graph.num_outputs(); ++i) {
    WriteValue(graph.output(i)->type, graph.output_name(i), proto->add_output());
  }
}

void Writer::WriteInnerConstants(const Graph& graph, onnx_proto::GraphProto* proto) const {
  for (const auto& constant : graph.constants()) {
    onnx_proto::TensorProto* tensor;
    if (names_.is_constant_node(constant.get())) {
      auto* node = proto->add_node();
      node->set_op_type("Constant");
      node->add_output(names_[constant.get()]);
      auto* attribute = node->add_attribute();
      attribute->set_name("value");
      attribute->set_type(onnx_proto::AttributeProto::TENSOR);
      tensor = attribute->mutable_t();
    } else {
      tensor = proto->add_initializer();
      tensor->set_name(names_[constant.get()]);
    }
    WriteTensor(*constant->constant(), tensor);
  }
}

void Writer::WriteAttribute(const Attribute& attribute, onnx_proto::AttributeProto* proto) const {
  using Proto = onnx_proto::AttributeProto;
  const AttributeValue& any = attribute.value;
  if (const auto* value = std::get_if<OpaqueAttribute>(&any)) {
    proto->ParseFromString(*value->bytes);
    return;
  }
  proto->set_name(attribute.name);
  if (const auto* value = std::get_if<int64_t>(&any)) {
    proto->set_type(Proto::INT);
    proto->set_i(*value);
  } else if (const auto* value = std::get_if<float>(&any)) {
    proto->set_type(Proto::FLOAT);
    proto->set_f(*value);
  } else if (const auto* value = std::get_if<std::string>(&any)) {
    proto->set_type(Proto::STRING);
    proto->set_s(*value);
  } else if (const auto* value = std::get_if<TensorPtr>(&any)) {
    proto->set_type(Proto::TENSOR);
    WriteTensor(**value, proto->mutable_t());
  } else if (const auto* value = std::get_if<std::unique_ptr<Graph>>(&any)) {
    proto->set_type(Proto::GRAPH);
    WriteGraph(**value, proto->mutable_g());
  } else if (const auto* value = std::get_if<std::vector<int64_t>>(&any)) {
    proto->set_type(Proto::INTS);
    proto->mutable_ints()->Add(value->begin(), value->end());
  } else if (const auto* value = std::get_if<std::vector<float>>(&any)) {
    proto->set_type(Proto::FLOATS);
    proto->mutable_floats()->Add(value->begin(), value->end());
  } else if (const auto* value = std::get_if<std::vector<std::string>>(&any)) {
    proto->set_type(Proto::STRINGS);
    for (const std::string& text : *value) proto->add_strings(text);
  } else if (const auto* value = std::get_if<std::vector<TensorPtr>>(&any)) {
    proto->set_type(Proto::TENSORS);
    for (const TensorPtr& tensor : *value) WriteTensor(*tensor, proto->add_tensors());
  } else if (const auto* value = std::get_if<std::vector<std::unique_ptr<Graph>>>(&any)) {
    proto->set_type(Proto::GRAPHS);
    for (const auto& graph : *value) WriteGraph(*graph, proto->add_graphs());
  }
}

void Writer::WriteNode(const Node& node, onnx_proto::NodeProto* proto) const {
  static const std::string kLeftOut;
  for (size_t i = 0; i < node.num_inputs(); ++i) {
    proto->add_input(node.input(i) ? names_[node.input(i)] : kLeftOut);
  }
  for (size_t i = 0; i < node.num_outputs(); ++i) proto->add_output(names_[node.output(i)]);
  if (!node.name().empty()) proto->set_name(node.name());
  proto->set_op_type(node.op());
  if (!node.domain().empty()) proto->set_domain(node.domain());
  if (!node.overload.empty()) proto->set_overload(node.overload);
  if (!node.doc.empty()) proto->set_doc_string(node.doc);
  WritePairs(node.metadata, proto->mutable_metadata_props());
  for (const Attribute& attribute : node.attributes()) {
    WriteAttribute(attribute, proto->add_attribute());
  }
}

void Writer::WriteCopies(const Graph& graph, onnx_proto::GraphProto* proto) const {
  for (const SavedNames::Copy& copy : names_.copies(&graph)) {
    auto* node = proto->add_node();
    node->set_op_type("Identity");
    node->add_input(names_[copy.value]);
    node->add_output(copy.name);
  }
}

bool IsWorthWriting(const Value& value) {
  return value.type.other || value.type.element != ElementType::kUndefined;
}

void Writer::WriteGraph(const Graph& graph, onnx_proto::GraphProto* proto) const {
  proto->set_name(graph.name.empty() ? "graph" : graph.name);
  if (!graph.doc.empty()) proto->set_doc_string(graph.doc);
  WritePairs(graph.metadata, proto->mutable_metadata_props());
  for (const std::string& bytes : graph.quantization_annotations) {
    proto->add_quantization_annotation()->ParseFromString(bytes);
  }
  WriteInterface(graph, proto);
  if (graph.parent()) WriteInnerConstants(graph, proto);
  for (Node* node : graph.Nodes()) {
    WriteNode(*node, proto->add_node());
    for (size_t i = 0; i < node->num_outputs(); ++i) {
      const Value& value = *node->output(i);
      if (value.name().empty() || value.is_output() || !IsWorthWriting(value)) continue;
      WriteValue(value.type, names_[&value], proto->add_value_info());
    }
  }
  WriteCopies(graph, proto);
}

// Bytes of a field with a length in front.
uint64_t FieldSize(uint32_t field, uint64_t size) {
  return CodedOutputStream::VarintSize32(field << 3) + CodedOutputStream::VarintSize64(size) + size;
}

void WriteFieldHeader(uint32_t field, uint64_t size, CodedOutputStream* out) {
  out->WriteTag(
      WireFormatLite::MakeTag(static_cast<int>(field), WireFormatLite::WIRETYPE_LENGTH_DELIMITED));
  out->WriteVarint64(size);
}

// One outermost initializer: its elements go from the constant straight to the file.
struct Initializer {
  onnx_proto::TensorProto header;
  std::string_view raw;  // empty: none, or external
  bool has_raw = false;

  uint64_t Size() const {
    return header.ByteSizeLong() + (has_raw ? FieldSize(kRawDataField, raw.size()) : 0);
  }
};

struct External {
  std::string path;                                          // of the file, empty for none
  std::string location;                                      // its name as the model says it
  std::vector<std::pair<uint64_t, std::string_view>> parts;  // offset, bytes
  uint64_t size = 0;
};

void SetExternal(std::string_view bytes, External* external, onnx_proto::TensorProto* proto) {
  const uint64_t offset = (external->size + kAlignment - 1) / kAlignment * kAlignment;
  external->parts.emplace_back(offset, bytes);
  external->size = offset + bytes.size();
  proto->set_data_location(onnx_proto::TensorProto::EXTERNAL);
  WritePairs(
      std::vector<std::pair<std::string, std::string>>{{"location", external->location},
                                                       {"offset", std::to_string(offset)},
                                                       {"length", std::to_string(bytes.size())}},
      proto->mutable_external_data());
}

std::vector<Initializer> MakeInitializers(const Graph& graph, const SavedNames& names,
                                          int64_t min_external_bytes, External* external) {
  std::vector<Initializer> initializers(graph.constants().size());
  for (size_t i = 0; i < initializers.size(); ++i) {
    const Value* constant = graph.constants()[i].get();
    const TensorData& data = *constant->constant();
    Initializer& out = initializers[i];
    out.header.set_name(names[constant]);
    if (data.type() == ElementType::kString) {
      WriteTensor(data, &out.header);
      continue;
    }
    WriteTensorHeader(data, &out.header);
    const auto size = static_cast<int64_t>(data.bytes().size());
    if (!external->location.empty() && size >= min_external_bytes) {
      SetExternal(data.bytes(), external, &out.header);
    } else {
      out.has_raw = true;
      out.raw = data.bytes();
    }
  }
  return initializers;
}

uint64_t WeightBytes(const Graph& graph) {
  uint64_t total = 0;
  for (const auto& constant : graph.constants()) total += constant->constant()->bytes().size();
  return total;
}

// The whole message. Errors: kOutOfRange.
Result<void> WriteMessage(const Writer& writer, const Graph& graph,
                          const std::vector<Initializer>& initializers, CodedOutputStream* out,
                          const Model& model) {
  onnx_proto::ModelProto header;
  writer.WriteHeader(&header);
  google::protobuf::Arena arena;
  auto& body = *google::protobuf::Arena::CreateMessage<onnx_proto::GraphProto>(&arena);
  writer.WriteGraph(graph, &body);
  uint64_t graph_size = body.ByteSizeLong();
  for (const Initializer& initializer : initializers) {
    graph_size += FieldSize(kInitializerField, initializer.Size());
  }
  const uint64_t total = header.ByteSizeLong() + FieldSize(kGraphField, graph_size);
  MMDEPLOY_ENSURE(total <= kMaxMessage, Code::kOutOfRange,
                  "the model '{}' takes {} bytes, one ONNX message holds up to {}; keep its "
                  "weights in an external file",
                  model.graph()->name, total, kMaxMessage);
  header.SerializeToCodedStream(out);
  WriteFieldHeader(kGraphField, graph_size, out);
  body.SerializeToCodedStream(out);
  for (const Initializer& initializer : initializers) {
    WriteFieldHeader(kInitializerField, initializer.Size(), out);
    initializer.header.SerializeToCodedStream(out);
    if (!initializer.has_raw) continue;
    WriteFieldHeader(kRawDataField, initializer.raw.size(), out);
    out->WriteRaw(initializer.raw.data(), static_cast<int>(initializer.raw.size()));
  }
  return {};
}

class StreamSink : public google::protobuf::io::CopyingOutputStream {
 public:
  explicit StreamSink(std::ostream* stream) : stream_(stream) {}
  bool Write(const void* data, int size) override {
    return static_cast<bool>(stream_->write(static_cast<const char*>(data), size));
  }

 private:
  std::ostream* stream_;
};

Result<void> SaveExternal(const External& external) {
  static constexpr char kZeros[kAlignment] = {};
  OutputFile file(external.path);
  uint64_t position = 0;
  for (const auto& [offset, bytes] : external.parts) {
    file.stream().write(kZeros, static_cast<std::streamsize>(offset - position));
    file.stream().write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    position = offset + bytes.size();
  }
  return file.Commit();
}

}  // namespace

Result<std::string> SerializeModel(const Model& model) {
  const Writer writer(model);
  External external;
  const auto initializers = MakeInitializers(*model.graph(), writer.names(), 0, &external);
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream sink(&bytes);
    CodedOutputStream out(&sink);
    MMDEPLOY_TRYV(WriteMessage(writer, *model.graph(), initializers, &out, model));
  }
  return bytes;
}

Result<void> SaveModel(const Model& model, const std::string& path, const SaveOptions& options) {
  const Writer writer(model);
  External external;
  if (options.external_data || WeightBytes(*model.graph()) > kMaxMessage / 16 * 15) {
    MMDEPLOY_ENSURE(path != kStandardOutput, Code::kInvalidArgument,
                    "weights in a file beside the model need a name for it, found standard output");
    external.path = path + ".data";
    external.location = fs::path(external.path).filename().string();
  }
  const auto initializers =
      MakeInitializers(*model.graph(), writer.names(), options.min_external_bytes, &external);
  OutputFile file(path);
  {
    StreamSink stream(&file.stream());
    google::protobuf::io::CopyingOutputStreamAdaptor sink(&stream);
    CodedOutputStream out(&sink);
    MMDEPLOY_TRYV(WriteMessage(writer, *model.graph(), initializers, &out, model));
  }
  MMDEPLOY_TRYV(file.Finish());
  if (!external.parts.empty()) MMDEPLOY_TRYV(SaveExternal(external));
  return file.Commit();
}

}  // namespace mmdeploy::graph
