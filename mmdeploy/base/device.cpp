#include "mmdeploy/base/device.h"

#include <charconv>

namespace mmdeploy {

Result<Device> Device::Parse(std::string_view name, int index) {
  const auto colon = name.find(':');
  const auto base = name.substr(0, colon);
  Device device;
  if (base == "cuda") {
    device.type = DeviceType::kCuda;
  } else if (base != "cpu") {
    return MakeError(Code::kInvalidArgument,
                     "unknown device '{}', allowed: 'cpu', 'cuda', 'cuda:<index>'", name);
  }
  int parsed = index;
  if (colon != std::string_view::npos) {
    const auto digits = name.substr(colon + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), parsed);
    MMDEPLOY_ENSURE(
        error == std::errc() && end == digits.data() + digits.size(), Code::kInvalidArgument,
        "device '{}' has no number behind the colon, expected for example 'cuda:1'", name);
    MMDEPLOY_ENSURE(index == 0 || index == parsed, Code::kInvalidArgument,
                    "device '{}' and device id {} contradict each other", name, index);
  }
  MMDEPLOY_ENSURE(parsed >= 0, Code::kInvalidArgument, "device id is {}, allowed: 0 or more",
                  parsed);
  MMDEPLOY_ENSURE(device.type != DeviceType::kCpu || parsed == 0, Code::kInvalidArgument,
                  "device 'cpu' has only index 0, found {}", parsed);
  device.index = parsed;
  return device;
}

std::string Name(const Device& device) {
  return device.type == DeviceType::kCpu ? "cpu" : fmt::format("cuda:{}", device.index);
}

}  // namespace mmdeploy
