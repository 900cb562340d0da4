#include "mmdeploy/backend/openvino/convert.h"

#include <algorithm>
#include <filesystem>
#include <openvino/core/graph_util.hpp>
#include <openvino/op/constant.hpp>
#include <openvino/runtime/properties.hpp>

#include "mmdeploy/backend/openvino/checksum.h"
#include "mmdeploy/backend/openvino/guard.h"
#include "mmdeploy/backend/openvino/mo_options.h"
#include "mmdeploy/backend/openvino/net.h"
#include "mmdeploy/backend/openvino/preprocess.h"
#include "mmdeploy/backend/openvino/repair/repair.h"
#include "mmdeploy/base/half.h"
#include "mmdeploy/base/log.h"
#include "mmdeploy/base/output_file.h"
#include "mmdeploy/base/suggest.h"

namespace mmdeploy::openvino {
namespace fs = std::filesystem;
namespace {

using ModelPtr = std::shared_ptr<ov::Model>;

std::vector<std::string> Names(const std::vector<ov::Output<const ov::Node>>& ports) {
  std::vector<std::string> names;
  for (const auto& port : ports) names.push_back(NameOf(port));
  return names;
}

Result<size_t> FindName(const std::vector<std::string>& names, const std::string& name,
                        const char* kind) {
  const auto it = std::find(names.begin(), names.end(), name);
  MMDEPLOY_ENSURE(it != names.end(), Code::kInvalidArgument, "the model has no {} '{}', found: {}",
                  kind, name, ListAllowed(name, names));
  return static_cast<size_t>(it - names.begin());
}

ov::Dimension ToDimension(int64_t dim) { return dim < 0 ? ov::Dimension() : ov::Dimension(dim); }

// One dimension of an input under a range: dynamic ones stay dynamic.
ov::Dimension Limit(const ov::Dimension& dim, const ShapeRange& range, size_t i) {
  if (dim.is_static()) return i < range.opt.size() ? ToDimension(range.opt[i]) : dim;
  const bool limited = i < range.min.size() && i < range.max.size();
  return limited ? ov::Dimension(range.min[i], range.max[i]) : dim;
}

Result<void> ApplyRange(const ShapeRange& range, const std::vector<std::string>& names,
                        std::vector<ov::PartialShape>* shapes) {
  MMDEPLOY_TRY(const size_t index, FindName(names, range.name, "input"));
  ov::PartialShape& shape = (*shapes)[index];
  for (const Shape* given : {&range.min, &range.opt, &range.max}) {
    MMDEPLOY_ENSURE(given->empty() || shape.rank().compatible(given->size()),
                    Code::kInvalidArgument,
                    "input '{}' has {} dimensions, shape {} is given for it", range.name,
                    shape.size(), Name(*given));
  }
  if (shape.rank().is_dynamic()) return {};
  for (size_t i = 0; i < shape.size(); ++i) shape[i] = Limit(shape[i], range, i);
  return {};
}

// --input_shape and --batch: what they say holds, whatever the ONNX file has.
Result<void> ApplyOptions(const MoOptions& options, const std::vector<std::string>& names,
                          std::vector<ov::PartialShape>* shapes) {
  const auto& inputs = options.inputs.empty() ? names : options.inputs;
  for (const auto& name : inputs) MMDEPLOY_TRYV(FindName(names, name, "input"));
  if (!options.input_shapes.empty()) {
    MMDEPLOY_ENSURE(options.input_shapes.size() == inputs.size(), Code::kInvalidArgument,
                    "mo_options: '--input_shape': {} shapes for {} inputs",
                    options.input_shapes.size(), inputs.size());
  }
  for (size_t i = 0; i < options.input_shapes.size(); ++i) {
    MMDEPLOY_TRY(const size_t index, FindName(names, inputs[i], "input"));
    ov::PartialShape shape;
    for (const int64_t dim : options.input_shapes[i]) shape.push_back(ToDimension(dim));
    (*shapes)[index] = shape;
  }
  for (auto& shape : *shapes) {
    if (options.batch && shape.rank().is_static() && shape.size() > 0) {
      shape[0] = ToDimension(*options.batch);
    }
  }
  return {};
}

Result<void> Reshape(const ConvertTask& task, const MoOptions& options, ov::Model* model) {
  const auto& fixed = *model;
  const auto names = Names(fixed.inputs());
  std::vector<ov::PartialShape> shapes;
  for (const auto& port : fixed.inputs()) shapes.push_back(port.get_partial_shape());
  const auto original = shapes;
  for (const auto& range : task.inputs) MMDEPLOY_TRYV(ApplyRange(range, names, &shapes));
  MMDEPLOY_TRYV(ApplyOptions(options, names, &shapes));
  if (shapes == original) return {};
  return Guard("set the input shapes", [&] {
    std::map<ov::Output<ov::Node>, ov::PartialShape> by_port;
    for (size_t i = 0; i < shapes.size(); ++i) by_port[model->input(i)] = shapes[i];
    model->reshape(by_port);
  });
}

Result<void> KeepOutputs(const std::vector<std::string>& outputs, ModelPtr* model) {
  if (outputs.empty()) return {};
  const ov::Model& fixed = **model;
  const auto names = Names(fixed.outputs());
  ov::ResultVector results;
  for (const auto& name : outputs) {
    MMDEPLOY_TRY(const size_t index, FindName(names, name, "output"));
    results.push_back((*model)->get_results()[index]);
  }
  if (outputs == names) return {};
  return Guard("choose the outputs",
               [&] { *model = std::make_shared<ov::Model>(results, (*model)->get_parameters()); });
}

// OpenVINO turns larger numbers into the largest of float16.
Result<void> CheckHalf(const ov::Model& model) {
  for (const auto& op : model.get_ops()) {
    const auto constant = ov::as_type_ptr<ov::op::v0::Constant>(op);
    if (!constant || constant->get_element_type() != ov::element::f32) continue;
    const float* data = constant->get_data_ptr<float>();
    for (size_t i = 0; i < ov::shape_size(constant->get_shape()); ++i) {
      MMDEPLOY_ENSURE(!OverflowsHalf(data[i]), Code::kNotSupported,
                      "openvino: '{}' holds {}, float16 has numbers up to 65504: convert with "
                      "precision FP32",
                      constant->get_friendly_name(), data[i]);
    }
  }
  return {};
}

// Removes what an unfinished conversion leaves behind.
class TemporaryFiles {
 public:
  explicit TemporaryFiles(std::vector<std::string> paths) : paths_(std::move(paths)) {}
  ~TemporaryFiles() {
    std::error_code error;
    for (const auto& path : paths_) fs::remove(path, error);
  }

 private:
  std::vector<std::string> paths_;
};

// Both files are complete before either gets its name. OpenVINO writes files of names of its own
// choice, beside the .bin that is wanted.
Result<void> Save(const ModelPtr& model, const std::vector<std::string>& files, bool fp16_weights) {
  MMDEPLOY_ENSURE(!IsSameFile(files[0], files[1]), Code::kInvalidArgument,
                  "'{}' and '{}' are the same file, network and weights need one each", files[0],
                  files[1]);
  // OpenVINO makes folders; here as in every command one that is missing is an error.
  for (const auto& file : files) MMDEPLOY_TRYV(OutputFile(file).Finish());
  const auto prefix = TemporaryName(files[1]);
  const std::string xml = prefix + ".xml", bin = prefix + ".bin";
  const TemporaryFiles temporary({xml, bin});
  const auto what = fmt::format("write '{}'", files[0]);
  const auto save = [&] { ov::save_model(model, xml, fp16_weights); };
  MMDEPLOY_TRYV(Guard(what, save));
  // The checksum is known once the weights are written; writing them again gives the same bytes.
  MMDEPLOY_TRY(const auto checksum, Checksum({bin, bin, nullptr}));
  SetChecksum(*model, checksum);
  MMDEPLOY_TRYV(Guard(what, save));
  // OpenVINO does not notice a full disk: what is cut cannot be read. What it cannot compile is
  // better said here than where the files are loaded.
  MMDEPLOY_TRY(ov::Core * core, GetCore());
  MMDEPLOY_TRY(const auto written, Guard(what, [&] { return core->read_model(xml, bin); }));
  const ov::AnyMap properties{ov::hint::inference_precision(ov::element::f32)};
  MMDEPLOY_TRYV(Compile(written, files[0], "CPU", properties));
  MMDEPLOY_TRYV(MoveIntoPlace(bin, files[1]));
  return MoveIntoPlace(xml, files[0]);
}

}  // namespace

Result<std::vector<std::string>> Convert(const ConvertTask& task) {
  const auto progress = [&](std::string_view step, double fraction) {
    if (task.progress) task.progress(step, fraction);
  };
  MMDEPLOY_TRY(const auto options, ParseMoOptions(task.engine));
  for (const auto& name : options.ignored) {
    Log(LogLevel::kWarning, "openvino: '{}' has no effect, OpenVINO fuses when a model is loaded",
        name);
  }
  const bool known = task.precision == "FP32" || task.precision == "FP16";
  MMDEPLOY_ENSURE(known, Code::kNotSupported,
                  "engine 'openvino' converts to precision 'FP32' or 'FP16', found '{}'",
                  task.precision);
  MMDEPLOY_TRY(const auto files, OutputFiles(task, {".xml", ".bin"}));
  progress("read", 0.0);
  MMDEPLOY_TRY(ov::Core * core, GetCore());
  MMDEPLOY_TRY(auto model, ReadOnnx(*core, task.ir, "read"));
  MMDEPLOY_TRYV(KeepOutputs(options.outputs, &model));
  MMDEPLOY_TRYV(Reshape(task, options, model.get()));
  MMDEPLOY_TRYV(AddPreprocessing(options, &model));
  const bool fp16_weights = options.fp16_weights || task.precision == "FP16";
  if (fp16_weights) MMDEPLOY_TRYV(CheckHalf(*model));
  progress("write", 0.5);
  MMDEPLOY_TRYV(Save(model, files, fp16_weights));
  progress("done", 1.0);
  return files;
}

}  // namespace mmdeploy::openvino
