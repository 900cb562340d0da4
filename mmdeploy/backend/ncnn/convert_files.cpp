#include "mmdeploy/backend/ncnn/convert_files.h"

#include <algorithm>
#include <map>

#include "mmdeploy/backend/ncnn/convert/batch/batch.h"
#include "mmdeploy/backend/ncnn/convert/convert.h"
#include "mmdeploy/backend/ncnn/param_file.h"
#include "mmdeploy/base/file.h"
#include "mmdeploy/base/suggest.h"
#include "mmdeploy/graph/infer.h"
#include "mmdeploy/graph/load.h"

namespace mmdeploy::ncnn {
namespace {

// What the ONNX file says about an input or output, kept because ncnn's files need not.
struct Port {
  std::string name;
  std::vector<double> dims;  // with the batch; 0 where dynamic
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
  Port port{name, {}};
  if (!value.type.dims) return port;
  for (const auto& dim : *value.type.dims) {
    port.dims.push_back(dim.is_known() ? static_cast<double>(dim.value()) : 0);
  }
  return port;
}

// Gives an Input layer the dimensions of the blob, and the batch if it is fixed.
void Declare(const Port& port, ParamLayer* layer) {
  if (port.dims.size() < 2 || port.dims.size() > 5) return;
  layer->params.clear();
  const std::vector<int> ids = port.dims.size() == 5   ? std::vector<int>{2, 11, 1, 0}
                               : port.dims.size() == 4 ? std::vector<int>{2, 1, 0}
                               : port.dims.size() == 3 ? std::vector<int>{1, 0}
                                                       : std::vector<int>{0};
  for (size_t i = 0; i < ids.size(); ++i) layer->Set(ids[i], {port.dims[i + 1]}, false);
  if (port.dims[0] > 0) layer->Set(kBatchParam, {port.dims[0]}, false);
}

// The shape hint {dims, w, h, c} of an output without its batch.
std::vector<double> HintOf(const Port& port) {
  const size_t rank = std::clamp<size_t>(port.dims.size(), 2, 4) - 1;
  std::vector<double> hint{static_cast<double>(rank), 0, 0, 0};
  for (size_t i = 1; i < port.dims.size() && i <= rank; ++i) hint[rank + 1 - i] = port.dims[i];
  return hint;
}

// A layer at the end that passes an output on under its name, with its shape: outputs then come in
// the order of the ONNX file, in which their layers do not.
void AppendOutput(const Port& port, int blob, ParamFile* file) {
  ParamLayer layer;
  layer.type = "Split";
  layer.name = "output_" + port.name;
  layer.inputs = {blob};
  layer.outputs = {static_cast<int>(file->blobs.size())};
  layer.Set(kShapeHintParam, HintOf(port), true);
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

Result<std::string> Annotate(const std::string& text, const std::vector<Port>& inputs,
                             const std::vector<Port>& outputs, const std::string& name) {
  MMDEPLOY_TRY(auto file, ParseParam(text, name));
  const auto find = [](const std::vector<Port>& ports, const std::string& blob) {
    return std::find_if(ports.begin(), ports.end(),
                        [&](const Port& port) { return port.name == blob; });
  };
  for (auto& layer : file.layers) {
    if (layer.type != "Input") continue;
    const auto port = find(inputs, file.blobs[static_cast<size_t>(layer.outputs[0])]);
    if (port != inputs.end()) Declare(*port, &layer);
  }
  std::vector<int> blobs;
  for (const auto& port : outputs) {
    const auto it = std::find(file.blobs.begin(), file.blobs.end(), port.name);
    MMDEPLOY_ENSURE(it != file.blobs.end(), Code::kFail, "output '{}' was lost", port.name);
    blobs.push_back(static_cast<int>(it - file.blobs.begin()));
  }
  const bool in_order = ComeInOrder(blobs, file);
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (in_order) {
      file.Producer(blobs[i]).Set(kShapeHintParam, HintOf(outputs[i]), true);
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
  }
  progress("convert", 0.2);
  ncnn_convert::ConvertOptions options;
  options.fp16_storage = task.precision == "FP16";
  auto converted = ncnn_convert::ConvertToNcnn(model.get(), options);
  if (!converted) return MakeError(converted.error().In(fmt::format("'{}'", task.ir.name)));
  MMDEPLOY_TRY(const auto param, Annotate(converted->param, inputs, outputs, task.ir.name));
  progress("write", 0.9);
  const std::vector<std::string> files{task.output_prefix + ".param", task.output_prefix + ".bin"};
  MMDEPLOY_TRYV(WriteFile(files[1], converted->bin));
  MMDEPLOY_TRYV(WriteFile(files[0], param));
  progress("done", 1.0);
  return files;
}

}  // namespace mmdeploy::ncnn
