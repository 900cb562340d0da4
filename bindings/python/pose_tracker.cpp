#include "bindings/python/pose_tracker.h"

#include <nanobind/stl/filesystem.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <filesystem>
#include <string>
#include <vector>

#include "bindings/python/convert.h"
#include "bindings/python/image.h"
#include "mmdeploy/pose_tracker.hpp"

namespace mmdeploy::python {
namespace {

using State = PoseTracker::State;
using Result = PoseTracker::Result;

template <class Call>
auto WithoutGil(const char* what, Call&& call) {
  nb::gil_scoped_release release;
  try {
    return call();
  } catch (const Exception& e) {
    throw std::runtime_error(std::string(what) + ", code: " +
                             std::to_string(static_cast<int>(e.code())) + ": " + e.what());
  }
}

// Key points [n,k,3], boxes [n,4], ids [n].
nb::tuple ToTuple(const Result& result) {
  const auto points = PointTable(result, [](const auto& target) {
    return std::tie(target.keypoints, target.scores, target.keypoint_count);
  });
  const auto boxes = NewArray<float>({result.size(), 4}, [&](float* to) {
    for (const auto& target : result) PutNumbers(to, target.bbox);
  });
  const auto ids = NewArray<uint32_t>({result.size()}, [&](uint32_t* to) {
    for (const auto& target : result) *to++ = target.target_id;
  });
  return nb::make_tuple(points, boxes, ids);
}

// The value of the keyword `name`.
template <class T>
T Cast(const std::string& name, nb::handle value) {
  T number{};
  if (!nb::try_cast(value, number)) {
    const char* kind = std::is_integral_v<T>      ? "an int"
                       : std::is_same_v<T, float> ? "a float"
                                                  : "floats";
    throw nb::type_error(
        ("parameter '" + name + "' is " + nb::repr(value).c_str() + ", expected " + kind).c_str());
  }
  return number;
}

// `name` of a keyword, into the member of the same name.
template <class T>
bool Put(const std::string& name, const char* wanted, nb::handle value, T* to) {
  if (name != wanted) return false;
  *to = Cast<T>(name, value);
  return true;
}

State CreateState(const PoseTracker& tracker, const nb::kwargs& keywords) {
  PoseTracker::Params params;
  std::vector<float> sigmas;
  for (const auto& [key, value] : keywords) {
    const auto name = nb::cast<std::string>(key);
#define MMDEPLOY_PUT(member) Put(name, #member, value, &params->member)
    if (MMDEPLOY_PUT(det_interval) || MMDEPLOY_PUT(det_label) || MMDEPLOY_PUT(det_thr) ||
        MMDEPLOY_PUT(det_min_bbox_size) || MMDEPLOY_PUT(det_nms_thr) ||
        MMDEPLOY_PUT(pose_max_num_bboxes) || MMDEPLOY_PUT(pose_kpt_thr) ||
        MMDEPLOY_PUT(pose_min_keypoints) || MMDEPLOY_PUT(pose_bbox_scale) ||
        MMDEPLOY_PUT(pose_min_bbox_size) || MMDEPLOY_PUT(pose_nms_thr) ||
        MMDEPLOY_PUT(track_iou_thr) || MMDEPLOY_PUT(track_max_missing) ||
        MMDEPLOY_PUT(track_history_size) || MMDEPLOY_PUT(std_weight_position) ||
        MMDEPLOY_PUT(std_weight_velocity)) {
      continue;
    }
#undef MMDEPLOY_PUT
    if (name == "keypoint_sigmas") {
      sigmas = Cast<std::vector<float>>(name, value);
      params->keypoint_sigmas = sigmas.data();
      params->keypoint_sigmas_size = static_cast<int32_t>(sigmas.size());
    } else if (name == "smooth_params") {
      const auto numbers = Cast<std::vector<float>>(name, value);
      if (numbers.size() != 3) {
        throw nb::value_error("smooth_params are three numbers: beta, fc_min, fc_derivative");
      }
      std::copy(numbers.begin(), numbers.end(), params->smooth_params);
    } else {
      throw nb::type_error(("unknown parameter '" + name +
                            "' of a pose tracker; mmdeploy_pose_tracker_param_t lists all")
                               .c_str());
    }
  }
  return WithoutGil("failed to create the state of a pose tracker",
                    [&] { return tracker.CreateState(params); });
}

nb::list ApplyBatch(const PoseTracker& tracker, nb::sequence states, nb::sequence frames,
                    const std::vector<int32_t>& detects) {
  std::vector<State*> pointers;
  std::vector<ImageArgument> arguments;
  std::vector<Mat> mats;
  for (nb::handle state : states) {
    State* pointer = nullptr;
    if (!nb::try_cast(state, pointer) || pointer == nullptr) {
      throw nb::type_error(("states[" + std::to_string(pointers.size()) + "] is " +
                            nb::repr(state).c_str() + ", expected what create_state gives")
                               .c_str());
    }
    pointers.push_back(pointer);
  }
  for (nb::handle frame : frames) {
    arguments.emplace_back(frame);
    mats.push_back(arguments.back().mat());
  }
  const auto results = WithoutGil("failed to apply pose tracker", [&] {
    return tracker.Apply(Span<State* const>(pointers.data(), pointers.size()), mats, detects);
  });
  nb::list list;
  for (const auto& result : results) list.append(ToTuple(result));
  return list;
}

nb::tuple Apply(const PoseTracker& tracker, State& state, nb::handle frame, int detect) {
  const ImageArgument argument(frame);
  return ToTuple(WithoutGil("failed to apply pose tracker",
                            [&] { return tracker.Apply(state, argument.mat(), detect); }));
}

PoseTracker* Create(const std::filesystem::path& det_model, const std::filesystem::path& pose_model,
                    const std::string& device_name, int device_id, int num_threads, bool trusted) {
  nb::gil_scoped_release release;
  try {
    Context context(Device(device_name, device_id));
    context.SetNumThreads(num_threads).SetTrusted(trusted);
    return new PoseTracker(Model(det_model.string()), Model(pose_model.string()), context);
  } catch (const Exception& e) {
    throw std::runtime_error(std::string("failed to create pose tracker: ") + e.what());
  }
}

}  // namespace

void BindPoseTracker(nb::module_& module) {
  nb::class_<PoseTracker> tracker(module, "PoseTracker",
                                  "Follows objects and their key points through videos.");
  nb::class_<State>(tracker, "State",
                    "What one stream remembers between frames; one call at a time may use it.");
  tracker.def(nb::new_(&Create), nb::arg("det_model"), nb::arg("pose_model"),
              nb::arg("device_name"), nb::arg("device_id") = 0, nb::arg("num_threads") = 0,
              nb::arg("trusted") = false);
  tracker.def("create_state", &CreateState,
              "The state of a new stream; parameters are those of mmdeploy_pose_tracker_param_t.");
  tracker.def("__call__", &Apply, nb::arg("state"), nb::arg("frame").none(), nb::arg("detect") = -1,
              "Tracks the next frame: key points float32 [n,k,3] (x, y, score), boxes float32 "
              "[n,4], ids uint32 [n].");
  tracker.def("batch", &ApplyBatch, nb::arg("states"), nb::arg("frames"),
              nb::arg("detects") = std::vector<int32_t>(),
              "The same for a frame of each of some streams.");
}

}  // namespace mmdeploy::python
