// The Python module: what all tasks share, the tasks, and Net.
#include <nanobind/nanobind.h>
#include <nanobind/stl/filesystem.h>
#include <nanobind/stl/string.h>

#include <filesystem>
#include <stdexcept>
#include <string>

#include "bindings/python/errors.h"
#include "bindings/python/generated/tasks.h"
#include "bindings/python/net.h"
#include "bindings/python/pipeline.h"
#include "bindings/python/pose_tracker.h"
#include "mmdeploy/common.hpp"
#include "mmdeploy/model.hpp"

namespace mmdeploy::python {
namespace {

namespace nb = nanobind;

// Runs `make` without the GIL; a failure becomes RuntimeError("failed to create <what>: <why>").
template <class Make>
auto Create(const char* what, Make&& make) {
  nb::gil_scoped_release release;
  try {
    return make();
  } catch (const Exception& e) {
    throw std::runtime_error(std::string("failed to create ") + what + ": " + e.what());
  }
}

// "cuda:1" and ("cuda", 1) are the same; the C API checks both.
void BindShared(nb::module_& module) {
  nb::class_<Device>(module, "Device", "Where to run.")
      .def(nb::init<std::string, int>(), nb::arg("name"), nb::arg("index") = 0)
      .def_prop_ro("name", &Device::name)
      .def_prop_ro("index", &Device::index);

  nb::class_<Context>(module, "Context",
                      "Settings of a task: its device, and the threads inside one call.")
      .def(
          "__init__",
          [](Context* self, const Device& device, int num_threads, bool trusted, bool low_latency) {
            new (self) Context(Create("context", [&] {
              return Context(device)
                  .SetNumThreads(num_threads)
                  .SetTrusted(trusted)
                  .SetLowLatency(low_latency);
            }));
          },
          nb::arg("device") = Device("cpu"), nb::arg("num_threads") = 0, nb::arg("trusted") = false,
          nb::arg("low_latency") = false)
      .def(
          "add",
          [](Context& self, const std::string& name, const Scheduler& scheduler) {
            self.Add(name, scheduler);
          },
          nb::arg("name"), nb::arg("scheduler"), "The task of that name runs on the scheduler.")
      .def(
          "add",
          [](Context& self, const std::string& name, const Model& model) { self.Add(name, model); },
          nb::arg("name"), nb::arg("model"), "A model that an Inference node may name.");

  nb::class_<Scheduler>(module, "Scheduler", "Where asynchronous calls run.")
      .def_static(
          "thread_pool",
          [](int num_threads) {
            return Create("scheduler", [&] { return Scheduler::ThreadPool(num_threads); });
          },
          nb::arg("num_threads"), "A pool of its own, of 1 to 1024 threads.")
      .def_static(
          "thread", [] { return Create("scheduler", [] { return Scheduler::Thread(); }); },
          "A thread of its own.")
      .def_static("system_pool", &Scheduler::SystemPool,
                  "The pool of the process, with a thread per processor.");

  nb::class_<Model>(module, "Model", "An SDK model: a folder, a zip file, or the bytes of one.")
      .def(
          "__init__",
          [](Model* self, const nb::bytes& content) {
            new (self)
                Model(Create("model", [&] { return Model(content.data(), content.size()); }));
          },
          nb::arg("content"))
      .def(
          "__init__",
          [](Model* self, const std::filesystem::path& path) {
            new (self) Model(Create("model", [&] { return Model(path.string()); }));
          },
          nb::arg("path"));
}

}  // namespace
}  // namespace mmdeploy::python

NB_MODULE(mmdeploy_python, module) {
  mmdeploy::python::MakeErrorsPrintable();
  module.doc() = "Inference with mmdeploy SDK models.";
  module.attr("__version__") = mmdeploy_version();
  mmdeploy::python::BindShared(module);
  mmdeploy::python::BindTasks(module);
  mmdeploy::python::BindPipeline(module);
  mmdeploy::python::BindPoseTracker(module);
  mmdeploy::python::BindNet(module);
}
