#include "bindings/python/pipeline.h"

#include <nanobind/ndarray.h>
#include <nanobind/stl/filesystem.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/variant.h>
#include <nanobind/stl/vector.h>

#include <cstring>
#include <exception>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "bindings/python/pipeline_inputs.h"
#include "mmdeploy/common.hpp"
#include "mmdeploy/model.hpp"
#include "mmdeploy/pipeline.h"

namespace mmdeploy::python {
namespace {

using ValueHandle = std::unique_ptr<mmdeploy_value, int (*)(mmdeploy_value_t)>;

ValueHandle Own(mmdeploy_value_t value) { return {value, mmdeploy_value_destroy}; }

// Makes Python objects of the parts of a value: lists, dicts of the fields of results, NumPy
// arrays.
class Builder {
 public:
  // Of all values; `None` if there are no parts.
  nb::object Build(mmdeploy_value_t value) {
    const int status = mmdeploy_value_visit(value, &Builder::Take, this);
    if (error_) std::rethrow_exception(error_);
    cxx::ThrowIfFailed(status);
    return std::move(result_);
  }

 private:
  // A list or a dict that has not ended, and the field of the dict that is next.
  struct Open {
    nb::object object;
    std::string field;
  };

  static int Take(const mmdeploy_value_part_t* part, void* self) {
    auto* builder = static_cast<Builder*>(self);
    try {
      builder->Add(*part);
      return 0;
    } catch (...) {  // goes on behind the C function
      builder->error_ = std::current_exception();
      return 1;
    }
  }

  void Add(const mmdeploy_value_part_t& part) {
    switch (part.kind) {
      case MMDEPLOY_VALUE_LIST:
        open_.push_back({nb::list(), ""});
        return;
      case MMDEPLOY_VALUE_RECORD:
        open_.push_back({nb::dict(), ""});
        return;
      case MMDEPLOY_VALUE_FIELD:
        open_.back().field = part.text;
        return;
      case MMDEPLOY_VALUE_END: {
        nb::object object = std::move(open_.back().object);
        open_.pop_back();
        Put(std::move(object));
        return;
      }
      default:
        Put(ToPython(part));
    }
  }

  static nb::object ToPython(const mmdeploy_value_part_t& part) {
    switch (part.kind) {
      case MMDEPLOY_VALUE_BOOL:
        return nb::bool_(part.integer != 0);
      case MMDEPLOY_VALUE_INT:
        return nb::int_(part.integer);
      case MMDEPLOY_VALUE_FLOAT:
        return nb::float_(static_cast<double>(part.number));
      case MMDEPLOY_VALUE_TEXT:
        return nb::str(part.text);
      case MMDEPLOY_VALUE_ARRAY:
        return ToArray(part);
      default:
        return nb::none();
    }
  }

  // A copy of the elements, in an array of its own.
  static nb::object ToArray(const mmdeploy_value_part_t& part) {
    const nb::module_ numpy = nb::module_::import_("numpy");
    nb::list shape;
    size_t bytes = nb::cast<size_t>(numpy.attr("dtype")(part.element_type).attr("itemsize"));
    for (int32_t i = 0; i < part.rank; ++i) {
      shape.append(part.shape[i]);
      bytes *= static_cast<size_t>(part.shape[i]);
    }
    nb::object array = numpy.attr("empty")(shape, nb::arg("dtype") = part.element_type);
    if (bytes != 0) {
      const auto to = nb::cast<nb::ndarray<nb::c_contig, nb::device::cpu>>(array);
      std::memcpy(to.data(), part.data, bytes);
    }
    return array;
  }

  void Put(nb::object object) {
    if (open_.empty()) {
      result_ = std::move(object);
    } else if (nb::isinstance<nb::list>(open_.back().object)) {
      nb::cast<nb::list>(open_.back().object).append(object);
    } else {
      open_.back().object[open_.back().field.c_str()] = object;
    }
  }

  std::vector<Open> open_;
  nb::object result_ = nb::none();
  std::exception_ptr error_;
};

class PythonPipeline {
 public:
  using Source = std::variant<nb::dict, Model, std::filesystem::path>;

  PythonPipeline(const Source& source, const Context& context) {
    std::string config;
    if (const auto* dict = std::get_if<nb::dict>(&source)) {
      config = nb::cast<std::string>(nb::module_::import_("json").attr("dumps")(*dict));
    } else if (const auto* path = std::get_if<std::filesystem::path>(&source)) {
      const std::string text = path->string();
      const size_t first = text.find_first_not_of(" \t\r\n");
      if (first != text.npos && text[first] == '{') config = text;
    }
    nb::gil_scoped_release release;
    try {
      if (!config.empty()) {
        Load(config, context);
      } else if (const auto* model = std::get_if<Model>(&source)) {
        Load(*model, context);
      } else {
        Load(Model(std::get<std::filesystem::path>(source).string()), context);
      }
      Describe();
    } catch (const Exception& e) {
      throw std::runtime_error(std::string("failed to create pipeline: ") + e.what());
    }
  }

  PythonPipeline(const Source& source, const std::string& device_name, int device_id,
                 int num_threads, bool trusted)
      : PythonPipeline(source, MakeContext(device_name, device_id, num_threads, trusted)) {}

  // One item of each input; gives one result per output.
  nb::tuple Apply(const nb::args& inputs) const {
    nb::list lists;
    for (nb::handle input : inputs) {
      nb::list one;
      one.append(input);
      lists.append(one);
    }
    nb::list results;
    const nb::object outputs = Run(lists);
    for (size_t i = 0; i < outputs_.size(); ++i) {
      // What all images have together is what the only one has.
      const nb::object output = outputs[i];
      results.append(outputs_[i].is_per_image ? nb::object(output[0]) : output);
    }
    return nb::tuple(results);
  }

  // A list of items of each input; gives a list per output.
  nb::tuple ApplyBatch(const nb::args& inputs) const { return nb::tuple(Run(nb::list(inputs))); }

  std::vector<std::string> input_names() const { return Names(inputs_); }
  std::vector<std::string> output_names() const { return Names(outputs_); }

  std::string Repr() const {
    const auto list = [](const std::vector<Port>& ports) {
      std::string text;
      for (const Port& port : ports) {
        text += (text.empty() ? "" : ", ") + port.name + ": " + port.type;
      }
      return text;
    };
    return "Pipeline(" + list(inputs_) + ") -> (" + list(outputs_) + ")";
  }

 private:
  struct Port {
    std::string name, type;
    bool is_per_image = false;
  };

  static Context MakeContext(const std::string& device_name, int device_id, int num_threads,
                             bool trusted) {
    try {
      Context context(Device(device_name, device_id));
      context.SetNumThreads(num_threads).SetTrusted(trusted);
      return context;
    } catch (const Exception& e) {
      throw std::runtime_error(std::string("failed to create pipeline: ") + e.what());
    }
  }

  static std::vector<std::string> Names(const std::vector<Port>& ports) {
    std::vector<std::string> names;
    for (const Port& port : ports) names.push_back(port.name);
    return names;
  }

  void Load(const std::string& config, const Context& context) {
    mmdeploy_value_t value{};
    cxx::ThrowIfFailed(mmdeploy_value_from_json(config.c_str(), &value));
    const ValueHandle owner = Own(value);
    mmdeploy_pipeline_t pipeline{};
    cxx::ThrowIfFailed(mmdeploy_pipeline_create_v3(value, context, &pipeline));
    pipeline_.reset(pipeline);
  }

  void Load(const Model& model, const Context& context) {
    mmdeploy_pipeline_t pipeline{};
    cxx::ThrowIfFailed(mmdeploy_pipeline_create_from_model(model, context, &pipeline));
    pipeline_.reset(pipeline);
  }

  void Describe() {
    mmdeploy_value_t value{};
    cxx::ThrowIfFailed(mmdeploy_pipeline_describe(pipeline_.get(), &value));
    const ValueHandle owner = Own(value);
    nb::gil_scoped_acquire acquire;
    const nb::object description = Builder().Build(value);
    for (const auto& [key, ports] : {std::pair{"inputs", &inputs_}, {"outputs", &outputs_}}) {
      for (nb::handle port : nb::object(description[key])) {
        ports->push_back({nb::cast<std::string>(port["name"]), nb::cast<std::string>(port["type"]),
                          nb::cast<bool>(port["is_per_image"])});
      }
    }
  }

  nb::object Run(const nb::list& lists) const {
    if (lists.size() != inputs_.size()) {
      throw nb::type_error((std::to_string(lists.size()) + " inputs are given, " + Repr() +
                            " takes " + std::to_string(inputs_.size()))
                               .c_str());
    }
    PipelineInputs inputs;
    for (size_t i = 0; i < inputs_.size(); ++i) inputs.Add(lists[i], inputs_[i].name);
    const std::string json = inputs.json();
    ValueHandle output = Own(nullptr);
    {
      nb::gil_scoped_release release;
      try {
        output = RunC(json, inputs.mats());
      } catch (const Exception& e) {
        throw std::runtime_error("failed to apply pipeline, code: " +
                                 std::to_string(static_cast<int>(e.code())) + ": " + e.what());
      }
    }
    try {
      return Builder().Build(output.get());
    } catch (const Exception& e) {
      throw std::runtime_error(std::string("failed to apply pipeline: ") + e.what());
    }
  }

  ValueHandle RunC(const std::string& json, const std::vector<Mat>& mats) const {
    mmdeploy_value_t input{}, output{};
    cxx::ThrowIfFailed(mmdeploy_value_create(json.c_str(), reinterpret(mats.data()),
                                             static_cast<int>(mats.size()), &input));
    const ValueHandle owner = Own(input);
    cxx::ThrowIfFailed(mmdeploy_pipeline_apply(pipeline_.get(), input, &output));
    return Own(output);
  }

  struct Destroy {
    void operator()(mmdeploy_pipeline* pipeline) const { mmdeploy_pipeline_destroy(pipeline); }
  };
  std::unique_ptr<mmdeploy_pipeline, Destroy> pipeline_;
  std::vector<Port> inputs_, outputs_;
};

}  // namespace

void BindPipeline(nb::module_& module) {
  nb::class_<PythonPipeline>(module, "Pipeline",
                             "Any SDK model, or a description of a pipeline of several, with all "
                             "its inputs and outputs.")
      .def(nb::init<const PythonPipeline::Source&, const Context&>(), nb::arg("model"),
           nb::arg("context"))
      .def(nb::init<const PythonPipeline::Source&, const std::string&, int, int, bool>(),
           nb::arg("model"), nb::arg("device_name") = "cpu", nb::arg("device_id") = 0,
           nb::arg("num_threads") = 0, nb::arg("trusted") = false)
      .def("__call__", &PythonPipeline::Apply, "One result per output, for an item per input.")
      .def("batch", &PythonPipeline::ApplyBatch,
           "A list of results per output, for a list of items per input.")
      .def_prop_ro("inputs", &PythonPipeline::input_names)
      .def_prop_ro("outputs", &PythonPipeline::output_names)
      .def("__repr__", &PythonPipeline::Repr);
}

}  // namespace mmdeploy::python
