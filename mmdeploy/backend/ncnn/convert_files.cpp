#include "mmdeploy/backend/ncnn/convert_files.h"

#include <algorithm>
#include <map>

#include "mmdeploy/backend/ncnn/convert/batch/batch.h"
#include "mmdeploy/backend/ncnn/convert/convert.h"
#include "mmdeploy/backend/ncnn/param_file.h"
#include "mmdeploy/base/output_file.h"
#include "mmdeploy/base/suggest.h"
#include "mmdeploy/graph/infer.h"
#include "mmdeploy/graph/load.h"

namespace mmdeploy::ncnn {
namespace {

// What the ONNX file says about an input or output, kept because ncnn's files need not.
struct Port {
  std::string name;          // as the file spells it, see EncodeName
  bool is_encoded = false;   // which is not the model's spelling
  std::vector<double> dims;  // with the batch; 0 where dynamic
  bool is_scalar = false;    // one number per image: its only dimension is the batch
};

using ModelPtr = std::unique_ptr<graph::Model>;

Result<ModelPtr> LoadIr(const NetFile& ir) {
  if (!ir.path.empty()) return graph::LoadModel(ir.path);
  MMDEPLOY_TRY(const Bytes bytes, ir.Content());
  return graph::ParseModel(AsText(bytes), "", ir.name);
}

Result<void> ApplyRange(const ShapeRange& range, graph::Graph* graph) {
  std::vector<std::string> names;
  for (size_t i = 0; i < graph->num_inputs(); ++i) names.push_back(graph->input(i)->name());
  const auto it = std::find(names.begin(), names.end(), range.name);
  MMDEPLOY_ENSURE(it != names.end(), Code::kInvalidArgument,
                  "the model has no input '{}', found: {}", range.name,
                  ListAllowed(range.name, names));
  auto& dims = graph->input(static_cast<size_t>(it - names.begin()))->type.dims;
  for (const Shape* shape : {&range.min, &range.opt, &range.max}) {
    MMDEPLOY_ENSURE(shape->empty() || !dims || shape->size() == dims->size(),
                    Code::kInvalidArgument,
                    "input '{}' has {} dimensions, shape {} is given for it", range.name,
                    dims->size(), Name(*shape));
  }
  for (size_t i = 0; dims && i < range.min.size() && i < range.max.size(); ++i) {
    if (!(*dims)[i].is_known() && range.min[i] == range.max[i]) (*dims)[i] = range.min[i];
  }
  return {};
}

Port PortOf(const std::string& name, const graph::Value& value) {
  Port port{EncodeName(name), false, {}, false};
  port.is_encoded = port.name != name;
  if (!value.type.dims) return port;
  for (const auto& dim : *value.type.dims) {
    port.dims.push_back(dim.is_known() ? static_cast<double>(dim.value()) : 0);
  }
  return port;
}

// Whether the only dimension of an output is the batch.
bool IsScalarPerImage(const graph::Graph& graph, const graph::Value& value) {
  if (!value.type.dims || value.type.dims->size() != 1) return false;
  const graph::Dim& dim = value.type.dims->front();
  if (dim.is_known()) return dim.value() == 1;
  for (size_t i = 0; i < graph.num_inputs(); ++i) {
    const auto& dims = graph.input(i)->type.dims;
    if (dims && !dims->empty() && dims->front() == dim) return true;
  }
  return false;
}

// Gives an Input layer the dimensions of the blob, and the batch if it is fixed.
void Declare(const Port& port, ParamLayer* layer) {
  if (port.is_encoded) layer->Set(kEncodedNameParam, {1}, false);
  if (port.dims.size() < 2 || port.dims.size() > 5) return;
  layer->params.clear();
  if (port.is_encoded) layer->Set(kEncodedNameParam, {1}, false);
  const std::vector<int> ids = port.dims.size() == 5   ? std::vector<int>{2, 11, 1, 0}
                               : port.dims.size() == 4 ? std::vector<int>{2, 1, 0}
                               : port.dims.size() == 3 ? std::vector<int>{1, 0}
                                                       : std::vector<int>{0};
  for (size_t i = 0; i < ids.size(); ++i) layer->Set(ids[i], {port.dims[i + 1]}, false);
  if (port.dims[0] > 0) layer->Set(kBatchParam, {port.dims[0]}, false);
}

// The shape hint {dims, w, h, c} of an output without its batch; 0 dims: one number per image.
std::vector<double> HintOf(const Port& port) {
  if (port.is_scalar) return {0, 0, 0, 0};
  const size_t rank = std::clamp<size_t>(port.dims.size(), 2, 4) - 1;
  std::vector<double> hint{static_cast<double>(rank), 0, 0, 0};
  for (size_t i = 1; i < port.dims.size() && i <= rank; ++i) hint[rank + 1 - i] = port.dims[i];
  return hint;
}

// Lets the layer that makes an output say its shape, and how the name is spelt.
void DeclareOutput(const Port& port, ParamLayer* layer) {
  layer->Set(kShapeHintParam, HintOf(port), true);
  if (port.is_encoded) layer->Set(kEncodedNameParam, {1}, false);
}

// Lets convolutions whose size is fixed say it: ncnn takes up to 1.7 times as long without.
void HintConvolutions(const std::map<std::string, BlobShape>& shapes, ParamFile* file) {
  for (ParamLayer& layer : file->layers) {
    const auto found = shapes.find(file->blobs[static_cast<size_t>(layer.outputs[0])]);
    if (layer.type != "Convolution" || found == shapes.end()) continue;
    const BlobShape& shape = found->second;
    const std::vector<int> hint = {shape.rank, shape.w, shape.h, shape.c};
    layer.Set(kShapeHintParam, {hint.begin(), hint.end()}, true);
  }
}

// A layer at the end that passes an output on under its name, with its shape: outputs then come in
// the order of the ONNX file, in which their layers do not.
void AppendOutput(const Port& port, int blob, ParamFile* file) {
  ParamLayer layer;
  layer.type = "Split";
  layer.name = "output_" + port.name;
  layer.inputs = {blob};
  layer.outputs = {static_cast<int>(file->blobs.size())};
  DeclareOutput(port, &layer);
  file->blobs[static_cast<size_t>(blob)] += "_value";
  file->blobs.push_back(port.name);
  file->layers.push_back(std::move(layer));
}

// Whether the layers that make the outputs can have their shapes: nobody else reads them, and they
// come in the order of the ONNX file. `blobs` in this order.
bool ComeInOrder(const std::vector<int>& blobs, const ParamFile& file) {
  std::map<int, size_t> makers;
  for (size_t i = 0; i < file.layers.size(); ++i) {
    const ParamLayer& layer = file.layers[i];
    for (const int input : layer.inputs) {
      if (std::find(blobs.begin(), blobs.end(), input) != blobs.end()) return false;
    }
    if (layer.outputs.size() == 1 && !layer.inputs.empty()) makers[layer.outputs[0]] = i;
  }
  size_t next = 0;
  for (const int blob : blobs) {
    const auto maker = makers.find(blob);
    if (maker == makers.end() || maker->second < next) return false;
    next = maker->second + 1;
  }
  return true;
}

// Blobs are called as the file spells the names of inputs and outputs.
Result<void> SpellNames(graph::Graph* graph) {
  static constexpr size_t kMaxName = 200;  // ncnn reads 255 bytes, and layers add to names
  const auto check = [](const std::string& name) -> Result<void> {
    MMDEPLOY_ENSURE(EncodeName(name).size() <= kMaxName, Code::kNotSupported,
                    "the name of input or output '{}...' has {} bytes, ncnn's files hold up to {}",
                    name.substr(0, 40), EncodeName(name).size(), kMaxName);
    return {};
  };
  for (size_t i = 0; i < graph->num_inputs(); ++i) {
    graph::Value* input = graph->input(i);
    MMDEPLOY_TRYV(check(input->name()));
    if (EncodeName(input->name()) != input->name()) input->set_name(EncodeName(input->name()));
  }
  for (size_t i = 0; i < graph->num_outputs(); ++i) {
    MMDEPLOY_TRYV(check(graph->output_name(i)));
    graph->RenameOutput(i, EncodeName(graph->output_name(i)));
  }
  return {};
}

Result<std::string> Annotate(const ncnn_convert::NcnnModel& model, const std::vector<Port>& inputs,
                             const std::vector<Port>& outputs, const std::string& name) {
  MMDEPLOY_TRY(auto file, ParseParam(model.param, name));
  const auto find = [](const std::vector<Port>& ports, const std::string& blob) {
    return std::find_if(ports.begin(), ports.end(),
                        [&](const Port& port) { return port.name == blob; });
  };
  for (auto& layer : file.layers) {
    if (layer.type != "Input") continue;
    const auto port = find(inputs, file.blobs[static_cast<size_t>(layer.outputs[0])]);
    if (port != inputs.end()) Declare(*port, &layer);
  }
  HintConvolutions(model.shapes, &file);
  std::vector<int> blobs;
  for (const auto& port : outputs) {
    const auto it = std::find(file.blobs.begin(), file.blobs.end(), port.name);
    MMDEPLOY_ENSURE(it != file.blobs.end(), Code::kFail, "output '{}' was lost", port.name);
    blobs.push_back(static_cast<int>(it - file.blobs.begin()));
  }
  const bool in_order = ComeInOrder(blobs, file);
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (in_order) {
      DeclareOutput(outputs[i], &file.Producer(blobs[i]));
    } else {
      AppendOutput(outputs[i], blobs[i], &file);
    }
  }
  return PrintParam(file);
}

}  // namespace

Result<std::vector<std::string>> Convert(const ConvertTask& task) {
  const auto progress = [&](std::string_view step, double fraction) {
    if (task.progress) task.progress(step, fraction);
  };
  MMDEPLOY_ENSURE(task.engine.empty(), Code::kNotSupported,
                  "engine 'ncnn' has no option '{}' for conversion, allowed: none",
                  task.engine.begin()->first);
  const bool known = task.precision == "FP32" || task.precision == "FP16";
  MMDEPLOY_ENSURE(known, Code::kNotSupported,
                  "engine 'ncnn' converts to precision 'FP32' or 'FP16', found '{}'",
                  task.precision);
  MMDEPLOY_TRY(const auto files, OutputFiles(task, {".param", ".bin"}));
  progress("read", 0.0);
  MMDEPLOY_TRY(auto model, LoadIr(task.ir));
  graph::Graph* graph = model->graph();
  for (const auto& range : task.inputs) MMDEPLOY_TRYV(ApplyRange(range, graph));
  ncnn_convert::NameBatch(model.get());
  MMDEPLOY_TRYV(graph::InferTypes(model.get()));
  std::vector<Port> inputs, outputs;
  for (size_t i = 0; i < graph->num_inputs(); ++i) {
    inputs.push_back(PortOf(graph->input(i)->name(), *graph->input(i)));
  }
  for (size_t i = 0; i < graph->num_outputs(); ++i) {
    outputs.push_back(PortOf(graph->output_name(i), *graph->output(i)));
    outputs.back().is_scalar = IsScalarPerImage(*graph, *graph->output(i));
  }
  MMDEPLOY_TRYV(SpellNames(graph));
  progress("convert", 0.2);
  ncnn_convert::ConvertOptions options;
  options.fp16_storage = task.precision == "FP16";
  auto converted = ncnn_convert::ConvertToNcnn(model.get(), options);
  if (!converted) return MakeError(converted.error().In(fmt::format("'{}'", task.ir.name)));
  MMDEPLOY_TRY(const auto param, Annotate(*converted, inputs, outputs, task.ir.name));
  progress("write", 0.9);
  MMDEPLOY_TRYV(WriteFiles({{files[1], converted->bin}, {files[0], param}}));
  progress("done", 1.0);
  return files;
}

}  // namespace mmdeploy::ncnn
