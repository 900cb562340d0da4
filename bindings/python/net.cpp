#include "bindings/python/net.h"

#include <nanobind/stl/filesystem.h>
#include <nanobind/stl/map.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/variant.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "bindings/python/tensor.h"
#include "mmdeploy/backend/registry.h"
#include "mmdeploy/backend/session.h"
#include "mmdeploy/base/suggest.h"

namespace mmdeploy::python {
namespace {

namespace nb = nanobind;

// A path, or the content of a file.
using Source = std::variant<nb::bytes, std::filesystem::path>;

// The value, or RuntimeError with the reason behind `what`.
template <class T>
T ValueOrThrow(Result<T> result, const std::string& what) {
  if (result) return std::move(*result);
  throw std::runtime_error(what + ": " + result.error().message());
}

// A path is left to the engine, which opens it without the GIL and only once.
NetFile ToNetFile(const Source& source) {
  if (const auto* bytes = std::get_if<nb::bytes>(&source)) {
    const auto* data = static_cast<const char*>(bytes->data());
    return {"<bytes>", "", std::make_shared<std::vector<char>>(data, data + bytes->size())};
  }
  const auto& path = std::get<std::filesystem::path>(source);
  return {path.filename().string(), path.string(), nullptr};
}

using EngineOptions = std::map<std::string, std::string>;

// What Python calls a Net.
class PythonNet {
 public:
  PythonNet(const Source& model, const std::string& backend, const std::string& device_name,
            int device_id, int num_threads, const std::optional<Source>& weights,
            const std::string& precision, bool trusted, const EngineOptions& engine_options,
            bool use_vulkan) {
    const std::string what = "failed to create net";
    NetOptions options;
    options.precision = precision;
    options.trusted = trusted;
    options.engine = engine_options;
    options.use_vulkan = use_vulkan;
    options.device = ValueOrThrow(Device::Parse(device_name, device_id), what);
    if (num_threads < 0)
      throw std::runtime_error(what + ": num_threads is " + std::to_string(num_threads) +
                               ", allowed: 0 (the default) or more");
    options.num_threads = num_threads;
    NetFiles files;
    files.net = ToNetFile(model);
    if (weights) files.weights = ToNetFile(*weights);

    nb::gil_scoped_release release;
    const Engine* engine = ValueOrThrow(FindEngine(backend), what);
    session_.emplace(ValueOrThrow(engine->Load(files, options), what),
                     "net '" + files.net.name + "'");
  }

  const std::vector<TensorInfo>& inputs() const { return session_->net().inputs(); }
  const std::vector<TensorInfo>& outputs() const { return session_->net().outputs(); }
  std::string precision() const { return session_->net().precision(); }

  nb::dict Run(const nb::dict& arrays) const {
    const std::string what = "failed to run net";
    const std::vector<Tensor> tensors = ToInputs(arrays, what);
    const std::vector<Tensor> results = [&] {
      nb::gil_scoped_release release;
      return ValueOrThrow(RunFromHost(tensors), what);
    }();
    nb::dict named;
    for (size_t i = 0; i < results.size(); ++i)
      named[outputs()[i].name.c_str()] = ToNumpy(results[i]);
    return named;
  }

 private:
  // Arrays lie in host memory, inputs and outputs where the engine has them.
  Result<std::vector<Tensor>> RunFromHost(std::vector<Tensor> tensors) const {
    for (size_t i = 0; i < tensors.size(); ++i) {
      MMDEPLOY_TRY(tensors[i], ToDevice(tensors[i], inputs()[i].device));
    }
    MMDEPLOY_TRY(auto results, session_->Run(tensors));
    for (Tensor& result : results) {
      MMDEPLOY_TRY(result, ToDevice(result, Device()));
    }
    return results;
  }

  // The arrays in the order of the inputs; every input must be there and nothing else.
  std::vector<Tensor> ToInputs(const nb::dict& arrays, const std::string& what) const {
    std::vector<std::string> names;
    std::vector<Tensor> tensors;
    for (const TensorInfo& info : inputs()) {
      names.push_back(info.name);
      if (!arrays.contains(info.name.c_str())) {
        throw std::runtime_error(what + ": input '" + info.name + "' is missing");
      }
      auto tensor = ToTensor(arrays[info.name.c_str()]);
      if (!tensor)
        throw std::runtime_error(what + ": input '" + info.name + "': " + tensor.error().message());
      tensors.push_back(std::move(*tensor));
    }
    for (const auto& [key, value] : arrays) {
      std::string name;
      if (!nb::try_cast(key, name)) name = nb::repr(key).c_str();
      if (std::find(names.begin(), names.end(), name) == names.end()) {
        throw std::runtime_error(what + ": there is no input '" + name +
                                 "', inputs: " + ListAllowed(name, names));
      }
    }
    return tensors;
  }

  std::optional<Session> session_;
};

std::vector<int64_t> Dims(const TensorInfo& info) { return {info.shape.begin(), info.shape.end()}; }

// Shapes by input name; one of (min, opt, max) may be empty.
using ShapeRanges = std::map<std::string, std::vector<std::vector<int64_t>>>;

Shape ToShape(const std::vector<int64_t>& dims, const std::string& name) {
  if (dims.size() <= Shape::kMaxRank) return Shape(dims);
  throw std::runtime_error("input '" + name + "' has " + std::to_string(dims.size()) +
                           " dimensions, allowed: up to " + std::to_string(Shape::kMaxRank));
}

std::vector<std::string> ConvertFile(const std::string& backend, const Source& ir,
                                     const std::filesystem::path& output_prefix,
                                     const ShapeRanges& inputs, const std::string& precision,
                                     const std::string& device, const std::string& calibration,
                                     const EngineOptions& engine_options) {
  const std::string what = "failed to convert";
  ConvertTask task;
  task.ir = ToNetFile(ir);
  task.output_prefix = output_prefix.string();
  task.precision = precision;
  task.device = ValueOrThrow(Device::Parse(device), what);
  task.calibration = calibration;
  task.engine = engine_options;
  for (const auto& [name, range] : inputs) {
    if (range.size() != 3) {
      throw std::runtime_error(what + ": input '" + name + "' has " + std::to_string(range.size()) +
                               " shapes, expected min, opt, max");
    }
    task.inputs.push_back(
        {name, ToShape(range[0], name), ToShape(range[1], name), ToShape(range[2], name)});
  }
  nb::gil_scoped_release release;
  const Engine* engine = ValueOrThrow(FindEngine(backend), what);
  return ValueOrThrow(engine->Convert(task), what);
}

}  // namespace

void BindNet(nb::module_& module) {
  nb::class_<TensorInfo>(module, "TensorInfo", "An input or output of a net.")
      .def_ro("name", &TensorInfo::name)
      .def_prop_ro(
          "dtype", [](const TensorInfo& info) { return std::string(Name(info.dtype)); },
          "As numpy spells it.")
      .def_prop_ro("shape", Dims, "Dimensions; -1 where known at run time only.")
      .def("__repr__", [](const TensorInfo& info) { return info.name + ": " + Describe(info); });

  nb::class_<PythonNet>(module, "Net",
                        "One network in an engine, without pre- and post-processing.")
      .def(nb::init<const Source&, const std::string&, const std::string&, int, int,
                    const std::optional<Source>&, const std::string&, bool, const EngineOptions&,
                    bool>(),
           nb::arg("model"), nb::arg("backend"), nb::arg("device_name") = "cpu",
           nb::arg("device_id") = 0, nb::arg("num_threads") = 0, nb::arg("weights") = nb::none(),
           nb::arg("precision") = "FP32", nb::arg("trusted") = false,
           nb::arg("engine_options") = EngineOptions(), nb::arg("use_vulkan") = false)
      .def_prop_ro("precision", &PythonNet::precision,
                   "What it really calculates in, as numpy spells it; '' if the engine does not "
                   "tell.")
      .def_prop_ro("inputs", &PythonNet::inputs)
      .def_prop_ro("outputs", &PythonNet::outputs)
      .def("run", &PythonNet::Run, nb::arg("inputs"),
           "Arrays by output name, from arrays by input name.")
      .def("__call__", &PythonNet::Run, nb::arg("inputs"));

  module.def("convert", &ConvertFile, nb::arg("backend"), nb::arg("ir"), nb::arg("output_prefix"),
             nb::arg("inputs") = ShapeRanges(), nb::arg("precision") = "FP32",
             nb::arg("device") = "cpu", nb::arg("calibration") = "",
             nb::arg("engine_options") = EngineOptions(),
             "Makes an engine's own files; returns their names.");
  module.def("engine_names", &EngineNames, "Engines that mmdeploy knows, installed or not.");
  module.def(
      "engine_version",
      [](const std::string& name) {
        return ValueOrThrow(FindEngine(name), "engine '" + name + "' is not available")->version();
      },
      nb::arg("name"), "Version of an engine's library; RuntimeError says why there is none.");
}

}  // namespace mmdeploy::python
