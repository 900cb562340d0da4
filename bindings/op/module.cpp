// The Python module mmdeploy_op; mmdeploy.op makes it comfortable.
#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/variant.h>
#include <nanobind/stl/vector.h>

#include "bindings/python/errors.h"
#include "bindings/python/tensor.h"
#include "mmdeploy/op/host_context.h"

namespace mmdeploy::op {
namespace {

namespace nb = nanobind;

[[noreturn]] void Raise(const Error& error) {
  const bool is_value = error.code() == Code::kInvalidArgument;
  python::RaisePrintable(is_value ? PyExc_ValueError : PyExc_RuntimeError, error.message());
}

const OpDef& Find(const std::string& domain, const std::string& type) {
  const OpDef* op = FindOp(domain, type);
  if (!op) python::RaisePrintable(PyExc_KeyError, Name(OpName{domain, type}));
  return *op;
}

// The attribute under its name or another spelling of it; null if it is not there.
nb::object FindAttribute(const AttrDef& def, const nb::dict& given) {
  std::vector<std::string> names{def.name};
  names.insert(names.end(), def.aliases.begin(), def.aliases.end());
  for (const auto& name : names) {
    if (given.contains(name.c_str())) return given[name.c_str()];
  }
  return nb::object();
}

Attributes ReadAttributes(const OpDef& op, const nb::dict& given) {
  std::vector<std::optional<AttrValue>> values;
  size_t used = 0;
  for (const auto& def : op.attributes) {
    const nb::object value = FindAttribute(def, given);
    used += value.is_valid();
    values.push_back(value.is_valid() ? std::optional<AttrValue>(nb::cast<AttrValue>(value))
                                      : std::nullopt);
  }
  if (used != nb::len(given)) {
    python::RaisePrintable(PyExc_ValueError,
                           "operator '" + Name(op) + "' lacks one of these attributes");
  }
  auto attributes = MakeAttributes(op, values);
  if (!attributes) Raise(attributes.error());
  return *attributes;
}

nb::list RunOp(const std::string& domain, const std::string& type, const nb::list& arrays,
               const nb::dict& attribute_map, bool reference, int num_threads) {
  const OpDef& op = Find(domain, type);
  const Attributes attributes = ReadAttributes(op, attribute_map);
  std::vector<std::optional<Tensor>> inputs;
  for (const auto array : arrays) {
    if (array.is_none()) {
      inputs.emplace_back();
      continue;
    }
    auto tensor = python::ToTensor(array);
    if (!tensor) Raise(tensor.error());
    inputs.emplace_back(*tensor);
  }
  auto outputs = [&] {
    nb::gil_scoped_release release;
    return HostContext(op, std::move(inputs), num_threads)
        .Run(attributes, reference ? op.reference : op.run);
  }();
  if (!outputs) Raise(outputs.error());
  nb::list list;
  for (const auto& output : *outputs) list.append(python::ToNumpy(output));
  return list;
}

nb::dict Describe(const OpDef& op) {
  nb::dict all;
  nb::list names, inputs, outputs, attributes, native;
  for (const auto& name : op.names) names.append(Name(name));
  for (const auto& input : op.inputs) {
    nb::dict one;
    one["name"] = input.name;
    one["optional"] = input.presence == Presence::kOptional;
    one["variadic"] = input.presence == Presence::kVariadic;
    one["batched"] = input.batched;
    nb::list dtypes;
    for (const auto dtype : input.dtypes) dtypes.append(std::string(Name(dtype)));
    one["dtypes"] = dtypes;
    inputs.append(one);
  }
  for (const auto& output : op.outputs) {
    nb::dict one;
    one["name"] = output.name;
    one["batched"] = output.batched;
    one["optional"] = output.optional;
    one["dtype"] = std::string(Name(output.dtype));
    one["same_dtype_as"] = output.same_dtype_as;
    outputs.append(one);
  }
  for (const auto& def : op.attributes) {
    nb::dict one;
    one["name"] = def.name;
    constexpr const char* kTypes[] = {"int", "float", "string", "ints", "floats"};
    one["type"] = kTypes[static_cast<size_t>(def.type)];
    one["default"] = def.default_value ? nb::cast(*def.default_value) : nb::none();
    attributes.append(one);
  }
  for (const auto& engine : op.native_engines) native.append(engine);
  all["names"] = names;
  all["inputs"] = inputs;
  all["outputs"] = outputs;
  all["attributes"] = attributes;
  all["native_engines"] = native;
  all["cuda"] = op.run_cuda != nullptr;
  return all;
}

}  // namespace
}  // namespace mmdeploy::op

NB_MODULE(mmdeploy_op, module) {
  namespace nb = nanobind;
  mmdeploy::python::MakeErrorsPrintable();
  module.def("run", &mmdeploy::op::RunOp, nb::arg("domain"), nb::arg("type"), nb::arg("inputs"),
             nb::arg("attributes"), nb::arg("reference") = false, nb::arg("num_threads") = 1);
  module.def("declarations", [] {
    nb::list list;
    for (const auto& op : mmdeploy::op::Ops()) list.append(mmdeploy::op::Describe(op));
    return list;
  });
}
