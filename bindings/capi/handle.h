#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "mmdeploy/base/device.h"
#include "mmdeploy/common.h"
#include "mmdeploy/model.h"
#include "mmdeploy/model/model.h"
#include "mmdeploy/module/module.h"

namespace mmdeploy::capi {
class Profiler;
class Scheduler;
}  // namespace mmdeploy::capi

// What the opaque handles of the C API point to.

struct mmdeploy_device {
  mmdeploy::Device device;
};

struct mmdeploy_context {
  mmdeploy::Device device;
  int num_threads = 0;   // inside one call; 0: the default
  bool trusted = false;  // models may carry code
  bool low_latency = false;
  std::map<std::string, std::shared_ptr<const mmdeploy::Model>> models = {};
  std::map<std::string, std::shared_ptr<mmdeploy::capi::Scheduler>> schedulers = {};
  std::shared_ptr<mmdeploy::capi::Profiler> profiler = nullptr;
};

struct mmdeploy_model {
  std::shared_ptr<const mmdeploy::Model> model;
};

// One value per input or output of a pipeline; or the description of one.
struct mmdeploy_value {
  std::vector<mmdeploy::Value> values;
  std::shared_ptr<const mmdeploy::Json> config = nullptr;
  // Of the outputs of a pipeline: what each may hold, also where nothing was found. Else empty.
  std::vector<mmdeploy::EdgeType> types = {};
};
