#include "mmdeploy/backend/ncnn/convert/emitter.h"

#include <algorithm>

#include "mmdeploy/backend/ncnn/convert/layout.h"

namespace mmdeploy::ncnn_convert {

using graph::Node;
using graph::Value;

namespace {

// ncnn reads names into 256 bytes; Splits add to them.
constexpr size_t kMaxNameLength = 200;

std::vector<int64_t> ConstantDims(const Value& value) {
  std::vector<int64_t> dims = value.constant()->dims();
  if (dims.size() >= 2 && dims[0] == 1) dims.erase(dims.begin());
  if (dims.empty()) dims = {1};
  return dims;
}

// Of an operand among others of a rank.
std::vector<int64_t> DimsAs(const graph::TensorData& data, size_t rank) {
  std::vector<int64_t> dims = data.dims();
  while (dims.size() > rank && dims.front() == 1) dims.erase(dims.begin());
  while (dims.size() < rank) dims.insert(dims.begin(), 1);
  return dims;
}

}  // namespace

Emitter::Emitter(const graph::Graph& graph) : graph_(graph) {
  // Names of inputs and outputs are an interface: they are taken first.
  for (size_t i = 0; i < graph.num_inputs(); ++i) {
    const Value* input = graph.input(i);
    names_[input] = Unique(input->name(), &blobs_);
    Layer layer;
    layer.type = "Input";
    layer.name = Unique(input->name(), &layer_names_);
    layer.outputs = {names_[input]};
    inputs_.push_back(std::move(layer));
  }
  for (size_t i = 0; i < graph.num_outputs(); ++i) {
    const std::string name = Unique(graph.output_name(i), &blobs_);
    const Value* value = graph.output(i);
    if (value->producer()) names_.try_emplace(value, name);
  }
}

std::string Emitter::Unique(std::string_view name, std::unordered_set<std::string>* taken) {
  std::string base(name.substr(0, kMaxNameLength));
  std::replace_if(
      base.begin(), base.end(), [](unsigned char c) { return c <= ' ' || c == 127; }, '_');
  if (base.empty()) base = "unnamed";
  std::string unique = base;
  for (int i = 1; !taken->insert(unique).second; ++i) unique = base + "_" + std::to_string(i);
  return unique;
}

const std::string& Emitter::Name(const Value* value) {
  const auto found = names_.find(value);
  if (found != names_.end()) return found->second;
  return names_[value] = Unique(value->name(), &blobs_);
}

std::string Emitter::Constant(const Value* value, const std::vector<int64_t>& dims,
                              const std::string& name) {
  auto floats = Floats(value);
  if (floats && floats->empty()) {
    floats = MakeError(Code::kNotSupported, "constant '{}' is empty", value->name());
  }
  if (floats && dims.size() > 4) {
    floats = MakeError(Code::kNotSupported, "constant '{}' has {} dimensions, ncnn at most 4",
                       value->name(), dims.size());
  }
  if (floats) {
    AddMemory(std::move(*floats), dims, name);
  } else if (problem_) {
    problem_ = MakeError(floats.error());
  }
  return name;
}

void Emitter::AddMemory(std::vector<float> numbers, const std::vector<int64_t>& dims,
                        const std::string& name) {
  Layer layer;
  layer.type = "MemoryData";
  layer.name = Unique(name, &layer_names_);
  layer.outputs = {name};
  SetDims(dims, &layer);
  layer.AddRaw(std::move(numbers));
  constants_.emplace(name, std::move(layer));
}

std::string Emitter::Literal(const Node& node, std::vector<float> numbers,
                             const std::vector<int64_t>& dims) {
  const std::string name = Unique(node.output()->name() + "_constant", &blobs_);
  AddMemory(std::move(numbers), dims, name);
  return name;
}

std::string Emitter::Literal(const Node& node, const Value& like, std::vector<float> numbers,
                             size_t rank) {
  return Literal(node, std::move(numbers), DimsAs(*like.constant(), rank));
}

std::string Emitter::Read(const Value* value) {
  if (!value) {
    if (problem_) problem_ = MakeError(Code::kNotSupported, "an input is left out");
    return "";
  }
  if (!value->constant()) {
    if (auto checked = CheckBlob(*value); !checked && problem_) problem_ = checked;
    return Name(value);
  }
  const auto found = names_.find(value);
  if (found != names_.end()) return found->second;
  return Constant(value, ConstantDims(*value), Name(value));
}

std::string Emitter::ReadAs(const Node& node, const Value* value, size_t rank) {
  if (!value || !value->type.dims) return Read(value);
  if (value->constant()) {
    const std::vector<int64_t> dims = DimsAs(*value->constant(), rank);
    if (dims == ConstantDims(*value)) return Read(value);
    return Constant(value, dims, Unique(value->name(), &blobs_));
  }
  const size_t missing = rank - std::min(rank, BlobRank(*value));
  if (missing == 0) return Read(value);
  Layer* layer = AddInner("ExpandDims", node, {Read(value)});
  std::vector<int64_t> axes;
  for (size_t i = 0; i < missing; ++i) axes.push_back(static_cast<int64_t>(i));
  layer->Set(3, axes);
  return layer->outputs[0];
}

std::string Emitter::ReadWhole(const Node& node, const Value* value) {
  if (!value || !value->type.dims) return Read(value);
  return ReadAs(node, value, std::max<size_t>(value->type.dims->size(), 1));
}

std::string Emitter::LayerName(const Node& node) {
  return Unique(node.name().empty() ? node.output()->name() : node.name(), &layer_names_);
}

Layer* Emitter::Add(std::string_view type, const Node& node) {
  return Add(type, node, {Read(node.input(0))});
}

Layer* Emitter::Add(std::string_view type, const Node& node, std::vector<std::string> inputs) {
  Layer layer;
  layer.type = type;
  layer.name = LayerName(node);
  layer.inputs = std::move(inputs);
  layer.outputs = {Name(node.output())};
  return &layers_.emplace_back(std::move(layer));
}

Layer* Emitter::AddInner(std::string_view type, const Node& node, std::vector<std::string> inputs) {
  Layer layer;
  layer.type = type;
  layer.outputs = {Unique(node.output()->name() + "_" + std::string(type), &blobs_)};
  layer.name = Unique(layer.outputs[0], &layer_names_);
  layer.inputs = std::move(inputs);
  return &layers_.emplace_back(std::move(layer));
}

Layer* Emitter::AddMany(std::string_view type, const Node& node, std::vector<std::string> inputs) {
  Layer* layer = Add(type, node, std::move(inputs));
  for (size_t i = 1; i < node.num_outputs(); ++i) layer->outputs.push_back(Name(node.output(i)));
  return layer;
}

void Emitter::RenameLast(const Node& node) {
  Layer& layer = layers_.back();
  layer_names_.erase(layer.name);
  layer.name = LayerName(node);
  layer.outputs = {Name(node.output())};
}

std::string Emitter::Reshape(const Node& node, const std::string& blob,
                             const std::vector<int64_t>& dims) {
  Layer* layer = AddInner("Reshape", node, {blob});
  SetDims(dims, layer);
  return layer->outputs[0];
}

Result<void> Emitter::TakeProblem() {
  Result<void> problem;
  std::swap(problem, problem_);
  return problem;
}

std::vector<std::string> Emitter::OutputNames() const {
  std::vector<std::string> names;
  for (size_t i = 0; i < graph_.num_outputs(); ++i) names.push_back(graph_.output_name(i));
  return names;
}

std::vector<Layer> Emitter::Finish() {
  // Outputs that no node makes under their name: inputs, constants, one value for two outputs.
  std::deque<Layer> copies;
  for (size_t i = 0; i < graph_.num_outputs(); ++i) {
    const std::string blob = Read(graph_.output(i));
    if (blob == graph_.output_name(i)) continue;
    Layer layer;
    layer.type = "Noop";
    layer.name = Unique(graph_.output_name(i), &layer_names_);
    layer.inputs = {blob};
    layer.outputs = {graph_.output_name(i)};
    copies.push_back(std::move(layer));
  }
  std::vector<Layer> all = std::move(inputs_);
  for (auto& [name, layer] : constants_) all.push_back(std::move(layer));
  for (Layer& layer : layers_) all.push_back(std::move(layer));
  for (Layer& layer : copies) all.push_back(std::move(layer));
  return all;
}

void SetDims(const std::vector<int64_t>& dims, Layer* layer) {
  // Width, height, [depth,] channels: from the last on.
  static constexpr int kIds[5][4] = {{}, {0}, {1, 0}, {2, 1, 0}, {2, 11, 1, 0}};
  for (size_t i = 0; i < dims.size() && dims.size() <= 4; ++i)
    layer->Set(kIds[dims.size()][i], dims[i]);
}

}  // namespace mmdeploy::ncnn_convert
