// The Python module mmdeploy_graph. Lists and JSON text cross the border; mmdeploy.graph makes them
// comfortable.
#include <nanobind/nanobind.h>
#include <nanobind/stl/filesystem.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/unique_ptr.h>
#include <nanobind/stl/vector.h>

#include <filesystem>

#include "bindings/python/errors.h"
#include "mmdeploy/graph/check.h"
#include "mmdeploy/graph/diff.h"
#include "mmdeploy/graph/extract.h"
#include "mmdeploy/graph/half.h"
#include "mmdeploy/graph/infer.h"
#include "mmdeploy/graph/load.h"
#include "mmdeploy/graph/passes/pass.h"
#include "mmdeploy/graph/save.h"
#include "mmdeploy/graph/stats.h"
#include "mmdeploy/graph/svg.h"
#include "mmdeploy/graph/text.h"
#include "mmdeploy/graph/topology.h"

namespace mmdeploy::graph {
namespace {

namespace nb = nanobind;

using Names = std::vector<std::string>;
// Value and new name ("" keeps its own).
using Cuts = std::vector<std::pair<std::string, std::string>>;

[[noreturn]] void Raise(const Error& error) {
  switch (error.code()) {
    case Code::kInvalidArgument:
    case Code::kOutOfRange:
      python::RaisePrintable(PyExc_ValueError, error.message());
    case Code::kFileNotExist:
      python::RaisePrintable(PyExc_FileNotFoundError, error.message());
    case Code::kNotSupported:
      python::RaisePrintable(PyExc_NotImplementedError, error.message());
    default:
      python::RaisePrintable(PyExc_RuntimeError, error.message());
  }
}

// Runs `f` without the GIL and answers its value; an error becomes an exception.
template <class F>
auto Call(F&& f) {
  auto result = [&] {
    nb::gil_scoped_release release;
    return f();
  }();
  if (!result) Raise(result.error());
  if constexpr (!std::is_void_v<typename decltype(result)::value_type>) return std::move(*result);
}

std::vector<Cut> ToCuts(const Cuts& pairs) {
  std::vector<Cut> cuts;
  for (const auto& [value, new_name] : pairs) cuts.push_back({value, new_name});
  return cuts;
}

std::vector<std::pair<std::string, int64_t>> RunPasses(Model* model, const Names& only,
                                                       const Names& skip) {
  const auto reports = Call([&] { return Optimize(model, {only, skip}); });
  std::vector<std::pair<std::string, int64_t>> rows;
  for (const PassReport& report : reports) rows.emplace_back(report.name, report.changes);
  return rows;
}

void BindReading(nb::class_<Model>& model) {
  model.def_static(
      "load",
      [](const std::filesystem::path& path) {
        return Call([&] { return LoadModel(path.string()); });
      },
      nb::arg("path"));
  model.def_static(
      "parse",
      [](const nb::bytes& content, const std::string& folder) {
        const std::string_view bytes(content.c_str(), content.size());
        return Call([&] { return ParseModel(bytes, folder); });
      },
      nb::arg("content"), nb::arg("folder") = "");
  model.def_static(
      "from_text", [](const std::string& text) { return Call([&] { return ParseText(text); }); },
      nb::arg("text"));
  model.def(
      "save",
      [](const Model& self, const std::filesystem::path& path, bool external_data) {
        SaveOptions options;
        options.external_data = external_data;
        Call([&] { return SaveModel(self, path.string(), options); });
      },
      nb::arg("path"), nb::arg("external_data") = false);
  model.def("to_bytes", [](const Model& self) {
    const std::string bytes = Call([&] { return SerializeModel(self); });
    return nb::bytes(bytes.data(), bytes.size());
  });
}

void BindShowing(nb::class_<Model>& model) {
  model.def(
      "text",
      [](const Model& self, int64_t max_elements, bool value_types) {
        return PrintText(self, {max_elements, value_types});
      },
      nb::arg("max_elements") = 8, nb::arg("value_types") = false);
  model.def("table", [](const Model& self) { return Printable(NodeTable(ComputeStats(self))); });
  model.def("stats", [](const Model& self) { return DumpJson(ToJson(ComputeStats(self))); });
  model.def("svg", [](const Model& self) { return Printable(Call([&] { return ToSvg(self); })); });
  model.def("diff", [](const Model& self, const Model& other) {
    return DumpJson(ToJson(Compare(self, other)));
  });
  model.def("problems", [](const Model& self) {
    Names problems = FindProblems(self);
    for (std::string& problem : problems) problem = Printable(problem);
    return problems;
  });
  model.def_prop_ro("num_nodes", [](const Model& self) { return CountNodes(*self.graph()); });
}

void BindChanging(nb::class_<Model>& model) {
  model.def("infer", [](Model* self) { Call([&] { return InferTypes(self); }); });
  model.def(
      "bind_shape",
      [](Model* self, const std::string& input, const std::vector<int64_t>& dims) {
        Call([&] { return BindInputShape(self, input, dims); });
      },
      nb::arg("input"), nb::arg("dims"));
  model.def("optimize", RunPasses, nb::arg("only") = Names(), nb::arg("skip") = Names());
  model.def("remove_dead_code", RemoveDeadCode);
  model.def("convert_to_half",
            [](Model* self) { return Call([&] { return ConvertToHalf(self); }); });
  model.def(
      "extract",
      [](Model* self, const Cuts& inputs, const Cuts& outputs) {
        return Call([&] { return Extract(self, ToCuts(inputs), ToCuts(outputs)); })
            .redundant_inputs;
      },
      nb::arg("inputs"), nb::arg("outputs"));
  model.def(
      "set_outputs",
      [](Model* self, const Cuts& outputs, bool keep) {
        Call([&] { return SetOutputs(self, ToCuts(outputs), keep); });
      },
      nb::arg("outputs"), nb::arg("keep") = false);
  model.def("marks", [](const Model& self) { return ListMarks(self); });
  model.def(
      "find_marks",
      [](const Model& self, const std::string& marker, bool after) {
        Cuts pairs;
        for (const Cut& cut : Call([&] { return FindMarks(self, marker, after); })) {
          pairs.emplace_back(cut.value, cut.new_name);
        }
        return pairs;
      },
      nb::arg("marker"), nb::arg("after"));
  model.def("remove_marks", RemoveMarks);
}

}  // namespace
}  // namespace mmdeploy::graph

NB_MODULE(mmdeploy_graph, module) {
  mmdeploy::python::MakeErrorsPrintable();
  using mmdeploy::graph::Model;
  nanobind::class_<Model> model(module, "Model",
                                "An ONNX model, not safe for use by several "
                                "threads at once.");
  mmdeploy::graph::BindReading(model);
  mmdeploy::graph::BindShowing(model);
  mmdeploy::graph::BindChanging(model);
  module.def("passes", [] {
    std::vector<std::pair<std::string, std::string>> rows;
    for (const auto& pass : mmdeploy::graph::Passes()) rows.emplace_back(pass.name, pass.summary);
    return rows;
  });
  module.def("operators_with_rule", mmdeploy::graph::OperatorsWithRule);
}
