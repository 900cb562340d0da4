#include "mmdeploy/backend/openvino/preprocess.h"

#include <openvino/core/preprocess/pre_post_process.hpp>

#include "mmdeploy/backend/openvino/guard.h"
#include "mmdeploy/backend/openvino/net.h"
#include "mmdeploy/base/suggest.h"

namespace mmdeploy::openvino {
namespace {

std::vector<std::string> InputNames(const ov::Model& model) {
  std::vector<std::string> names;
  for (const auto& port : model.inputs()) names.push_back(NameOf(port));
  return names;
}

template <class T>
Result<void> CheckInputs(const std::vector<ForInput<T>>& values, const char* option,
                         const std::vector<std::string>& names) {
  for (const auto& value : values) {
    const bool known =
        value.input.empty() || std::find(names.begin(), names.end(), value.input) != names.end();
    MMDEPLOY_ENSURE(known, Code::kInvalidArgument,
                    "mo_options: '{}': the model has no input '{}', found: {}", option, value.input,
                    ListAllowed(value.input, names));
  }
  return {};
}

// The value for an input: its own, else the one for all.
template <class T>
const T* Find(const std::vector<ForInput<T>>& values, const std::string& name) {
  const T* found = nullptr;
  for (const auto& value : values) {
    if (value.input == name) return &value.value;
    if (value.input.empty()) found = &value.value;
  }
  return found;
}

// Images have channels; other inputs are not meant by values for all.
bool HasChannels(const ov::Output<ov::Node>& port) {
  return port.get_partial_shape().rank().is_static() && port.get_partial_shape().size() == 4;
}

void SetLayouts(const std::string& layout, ov::preprocess::InputInfo* info) {
  const auto arrow = layout.find("->");
  const bool converts = arrow != std::string::npos;
  info->model().set_layout(ov::Layout(converts ? layout.substr(arrow + 2) : layout));
  if (converts) info->tensor().set_layout(ov::Layout(layout.substr(0, arrow)));
}

void AddSteps(const MoOptions& options, const ov::Output<ov::Node>& port, const std::string& name,
              ov::preprocess::InputInfo* info) {
  const bool image = HasChannels(port);
  const std::string* layout = Find(options.layout, name);
  if (layout) {
    SetLayouts(*layout, info);
  } else if (image) {
    info->model().set_layout("NCHW");
  }
  if (options.reverse_input_channels && image) info->preprocess().reverse_channels();
  const auto* mean = Find(options.mean, name);
  const auto* scale = Find(options.scale, name);
  if (!image && !layout) return;
  const auto is_one = [](const std::vector<float>& values) { return values.size() == 1; };
  if (mean) is_one(*mean) ? info->preprocess().mean((*mean)[0]) : info->preprocess().mean(*mean);
  if (scale) {
    is_one(*scale) ? info->preprocess().scale((*scale)[0]) : info->preprocess().scale(*scale);
  }
}

}  // namespace

Result<void> AddPreprocessing(const MoOptions& options, std::shared_ptr<ov::Model>* model) {
  const auto names = InputNames(**model);
  MMDEPLOY_TRYV(CheckInputs(options.mean, "--mean_values", names));
  MMDEPLOY_TRYV(CheckInputs(options.scale, "--scale_values", names));
  MMDEPLOY_TRYV(CheckInputs(options.layout, "--layout", names));
  if (options.mean.empty() && options.scale.empty() && options.layout.empty() &&
      !options.reverse_input_channels) {
    return {};
  }
  return Guard("add preprocessing", [&] {
    ov::preprocess::PrePostProcessor processor(*model);
    for (size_t i = 0; i < names.size(); ++i) {
      AddSteps(options, (*model)->input(i), names[i], &processor.input(i));
    }
    *model = processor.build();
  });
}

}  // namespace mmdeploy::openvino
