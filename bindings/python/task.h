#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/filesystem.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "bindings/python/image.h"
#include "mmdeploy/common.hpp"
#include "mmdeploy/model.hpp"
#include "mmdeploy/text_detector.h"

// What the task classes of the Python module share. `Traits` has the C++ Task, its name in messages
// and Convert(Result), ConvertWhole(Result) -> Python object: the latter of an image without boxes.
namespace mmdeploy::python {

template <class Traits>
class PythonTask {
 public:
  using Task = typename Traits::Task;

  PythonTask(const Model& model, const Context& context)
      : task_(Create([&] { return std::make_unique<Task>(model, context); })) {}

  PythonTask(const std::filesystem::path& model_path, const std::string& device_name, int device_id,
             int num_threads, bool trusted)
      : task_(Create([&] {
          Context context(Device(device_name, device_id));
          context.SetNumThreads(num_threads).SetTrusted(trusted);
          return std::make_unique<Task>(Model(model_path.string()), context);
        })) {}

  nb::object Apply(nb::handle image) const {
    const ImageArgument argument(image);
    return Traits::Convert(Run({argument.mat()})[0]);
  }

  // An awaitable of the running event loop; the image is held until it is ready.
  static nb::object ApplyAsync(nb::handle self, nb::handle image, const Scheduler* scheduler) {
    return Start(self, image, scheduler, true,
                 [](const Task& task, Span<const Mat> images) { return task.Apply(images); });
  }

  template <class Box>
  static nb::object ApplyAsyncBoxes(nb::handle self, nb::handle image, const Scheduler* scheduler,
                                    nb::handle boxes) {
    const bool whole = boxes.is_none();
    return Start(self, image, scheduler, whole,
                 [whole, rows = ToBoxes<Box>(boxes)](const Task& task, Span<const Mat> images) {
                   const int count = static_cast<int>(rows.size());
                   return task.Apply(images, rows,
                                     whole ? Span<const int>() : Span<const int>(&count, 1));
                 });
  }

  // Boxes are rows of the numbers of a Box; one of them may stand alone.
  template <class Box>
  nb::object ApplyBoxes(nb::handle image, nb::handle boxes) const {
    const ImageArgument argument(image);
    const std::vector<Box> rows = ToBoxes<Box>(boxes);
    const int count = static_cast<int>(rows.size());
    const auto results = Guarded([&] {
      return task_->Apply(Span<const Mat>(&argument.mat(), 1), rows,
                          boxes.is_none() ? Span<const int>() : Span<const int>(&count, 1));
    });
    return boxes.is_none() ? Traits::ConvertWhole(results[0]) : Traits::Convert(results[0]);
  }

  template <class Box>
  nb::list ApplyBatchBoxes(nb::sequence images, nb::handle boxes) const {
    std::vector<ImageArgument> arguments;
    std::vector<Mat> mats;
    std::vector<Box> rows;
    std::vector<int> counts;
    for (nb::handle image : images) {
      arguments.emplace_back(image);
      mats.push_back(arguments.back().mat());
    }
    for (nb::handle list : boxes.is_none() ? nb::object(nb::list()) : nb::borrow(boxes)) {
      if (list.is_none()) {
        throw nb::value_error(
            "bboxes holds None, expected boxes for each image; give an empty list "
            "for none, or whole images in a call of their own");
      }
      const std::vector<Box> some = ToBoxes<Box>(list);
      counts.push_back(static_cast<int>(some.size()));
      rows.insert(rows.end(), some.begin(), some.end());
    }
    if (!counts.empty() && counts.size() != mats.size()) {
      throw nb::value_error("imgs and bboxes have different lengths");
    }
    nb::list results;
    for (const auto& result : Guarded([&] { return task_->Apply(mats, rows, counts); })) {
      results.append(counts.empty() ? Traits::ConvertWhole(result) : Traits::Convert(result));
    }
    return results;
  }

  nb::list ApplyBatch(nb::sequence images) const {
    std::vector<ImageArgument> arguments;
    std::vector<Mat> mats;
    for (nb::handle image : images) {
      arguments.emplace_back(image);
      mats.push_back(arguments.back().mat());
    }
    nb::list results;
    for (const auto& result : Run(mats)) results.append(Traits::Convert(result));
    return results;
  }

 private:
  using Results = std::vector<typename Task::Result>;

  // What an asynchronous call holds until its result is delivered.
  struct Call {
    nb::object loop, future, self;
    ImageArgument image;
    bool whole;
  };

  // Lets a scheduler call `run`; `whole`: the image, not boxes of it.
  template <class Work>
  static nb::object Start(nb::handle self, nb::handle image, const Scheduler* scheduler, bool whole,
                          Work run) {
    nb::object loop = nb::module_::import_("asyncio").attr("get_running_loop")();
    nb::object future = loop.attr("create_future")();
    // Shared, so that it goes away with the interpreter's lock held, wherever the work ends.
    auto* call = new Call{loop, future, nb::borrow(self), ImageArgument(image), whole};
    const auto* task = nb::cast<const PythonTask*>(self);
    (scheduler ? *scheduler : Scheduler::SystemPool()).Execute([call, task, run = std::move(run)] {
      Results results;
      std::string error;
      try {
        results = run(*task->task_, Span<const Mat>(&call->image.mat(), 1));
      } catch (const Exception& e) {
        error = ApplyError(e);
      } catch (const std::exception& e) {
        error = e.what();
      }
      nb::gil_scoped_acquire acquire;
      const std::unique_ptr<Call> owner(call);
      Deliver(*call, results, error);
    });
    return future;
  }

  // Loading and running take long and touch no Python object: other Python threads go on meanwhile.
  template <class Make>
  static std::unique_ptr<Task> Create(Make&& make) {
    nb::gil_scoped_release release;
    try {
      return make();
    } catch (const Exception& e) {
      throw std::runtime_error(std::string("failed to create ") + Traits::kName + ": " + e.what());
    }
  }

  std::vector<typename Task::Result> Run(const std::vector<Mat>& mats) const {
    return Guarded([&] { return task_->Apply(mats); });
  }

  // Numbers that a row has, the Box's own first: a box may have the score that a detector gives it,
  // which says nothing here; a quad may have none, which is 1.
  template <class Box>
  static constexpr std::array<size_t, 2> Widths() {
    constexpr size_t kNumbers = sizeof(Box) / sizeof(float);
    return {kNumbers, std::is_same_v<Box, Rect> ? kNumbers + 1 : kNumbers - 1};
  }

  // How many numbers a row of an array has; 0: no row fits. Numbers alone are rows one after the
  // other, or a single one.
  template <class Box>
  static size_t WidthOf(const std::vector<size_t>& sides, size_t size) {
    const auto [own, other] = Widths<Box>();
    if (sides.size() > 1 && sides.back() > 0) {
      return sides.back() == own || sides.back() == other ? sides.back() : 0;
    }
    if (size % own == 0) return own;
    return size == other ? other : 0;
  }

  // Everything that is rows of the numbers of a Box; or the numbers alone, one row after the other.
  template <class Box>
  static std::vector<Box> ToBoxes(nb::handle boxes) {
    std::vector<Box> result;
    if (boxes.is_none()) return result;
    nb::object array = nb::module_::import_("numpy").attr("asarray")(boxes, "float32");
    const auto sides = nb::cast<std::vector<size_t>>(array.attr("shape"));
    const size_t width = WidthOf<Box>(sides, nb::cast<size_t>(array.attr("size")));
    if (width == 0) {
      const auto [own, other] = Widths<Box>();
      throw nb::value_error((std::string("bboxes have shape ") +
                             nb::repr(array.attr("shape")).c_str() + ", expected rows of " +
                             std::to_string(std::min(own, other)) + " numbers, or " +
                             std::to_string(std::max(own, other)) + " with a score")
                                .c_str());
    }
    const auto rows = nb::cast<nb::ndarray<const float, nb::c_contig, nb::device::cpu>>(
        array.attr("reshape")(-1, width));
    result.resize(rows.shape(0));
    for (size_t i = 0; i < result.size(); ++i) {
      if constexpr (!std::is_same_v<Box, Rect>) result[i].score = 1;
      std::memcpy(&result[i], rows.data() + i * width,
                  std::min(sizeof(Box), width * sizeof(float)));
    }
    return result;
  }

  template <class Call>
  static std::vector<typename Task::Result> Guarded(Call&& call) {
    nb::gil_scoped_release release;
    try {
      return call();
    } catch (const Exception& e) {
      throw std::runtime_error(ApplyError(e));
    }
  }

  static std::string ApplyError(const Exception& e) {
    return std::string("failed to apply ") + Traits::kName +
           ", code: " + std::to_string(static_cast<int>(e.code())) + ": " + e.what();
  }

  // Sets the future in its loop's thread, unless it was cancelled. A loop that is closed by now has
  // nobody who waits.
  static void Deliver(const Call& call, const Results& results, const std::string& error) {
    try {
      static constexpr const char* kCode =
          "def deliver(future, result, error):\n"
          "    if future.cancelled():\n"
          "        return\n"
          "    if error:\n"
          "        future.set_exception(RuntimeError(error))\n"
          "    else:\n"
          "        future.set_result(result)\n";
      nb::dict scope;
      nb::module_::import_("builtins").attr("exec")(kCode, scope);
      nb::object result = nb::none();
      if (error.empty()) {
        result = call.whole ? Traits::ConvertWhole(results[0]) : Traits::Convert(results[0]);
      }
      call.loop.attr("call_soon_threadsafe")(scope["deliver"], call.future, result, error);
    } catch (nb::python_error&) {
    }
  }

  std::unique_ptr<Task> task_;
};

// What all classes have.
template <class Traits>
nb::class_<PythonTask<Traits>> BindTaskClass(nb::module_& module, const char* name,
                                             const char* doc) {
  using Class = PythonTask<Traits>;
  return nb::class_<Class>(module, name, doc)
      .def(nb::init<const std::filesystem::path&, const std::string&, int, int, bool>(),
           nb::arg("model_path"), nb::arg("device_name"), nb::arg("device_id") = 0,
           nb::arg("num_threads") = 0, nb::arg("trusted") = false)
      .def(nb::init<const Model&, const Context&>(), nb::arg("model"), nb::arg("context"));
}

constexpr const char* kAsyncDoc =
    "An awaitable of what __call__ gives, computed on a scheduler; None: the process's pool.";

template <class Traits>
void BindTask(nb::module_& module, const char* name, const char* doc) {
  using Class = PythonTask<Traits>;
  BindTaskClass<Traits>(module, name, doc)
      .def("apply_async", &Class::ApplyAsync, nb::arg("img").none(),
           nb::arg("scheduler").none() = nb::none(), kAsyncDoc)
      .def("__call__", &Class::Apply, nb::arg("img").none(), "Results of one image.")
      .def("batch", &Class::ApplyBatch, nb::arg("imgs"), "Results of each image of a list.");
}

// `meaning` says what the numbers of a Box are.
template <class Traits, class Box>
void BindWithBoxes(nb::module_& module, const char* name, const char* doc,
                   const std::string& meaning) {
  using Class = PythonTask<Traits>;
  BindTaskClass<Traits>(module, name, doc)
      .def("__call__", &Class::template ApplyBoxes<Box>, nb::arg("img").none(),
           nb::arg("bboxes").none() = nb::none(),
           ("Results of " + meaning + " of one image; None: the whole image.").c_str())
      .def("batch", &Class::template ApplyBatchBoxes<Box>, nb::arg("imgs"),
           nb::arg("bboxes").none() = nb::none(),
           ("Results of the " + meaning + " of each image of a list; None: the whole images.")
               .c_str())
      .def("apply_async", &Class::template ApplyAsyncBoxes<Box>, nb::arg("img").none(),
           nb::arg("scheduler").none() = nb::none(), nb::arg("bboxes").none() = nb::none(),
           kAsyncDoc);
}

template <class Traits>
void BindTaskWithBoxes(nb::module_& module, const char* name, const char* doc) {
  BindWithBoxes<Traits, Rect>(
      module, name, doc, "boxes [left, top, right, bottom] (a score behind them says nothing)");
}

template <class Traits>
void BindTaskWithQuads(nb::module_& module, const char* name, const char* doc) {
  BindWithBoxes<Traits, mmdeploy_text_detection_t>(
      module, name, doc, "quads [x0, y0, ..., x3, y3] (a score behind them is optional)");
}

}  // namespace mmdeploy::python
