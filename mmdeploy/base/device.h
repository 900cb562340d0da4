#pragma once

#include <string>
#include <string_view>

#include "mmdeploy/base/result.h"

namespace mmdeploy {

enum class DeviceType : int { kCpu, kCuda };
constexpr int kNumDeviceTypes = 2;

// Where memory lies and where work runs. `index` counts devices of one type from 0.
struct Device {
  DeviceType type = DeviceType::kCpu;
  int index = 0;

  // "cpu", "cuda", "cuda:1"; an index in the name must agree with a non-zero `index`.
  // Errors: kInvalidArgument for an unknown name or a negative index.
  static Result<Device> Parse(std::string_view name, int index = 0);

  bool operator==(const Device& other) const { return type == other.type && index == other.index; }
  bool operator!=(const Device& other) const { return !(*this == other); }
};

// "cpu" or "cuda:1".
std::string Name(const Device& device);

}  // namespace mmdeploy
