#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "mmdeploy/common.h"
#include "mmdeploy/module/module.h"

namespace mmdeploy::capi {

// Notes when each step of a pipeline began and ended. Thread-safe.
class Profiler {
 public:
  // A step to note. Its number stands for it in the events.
  size_t AddScope(std::string name);
  void Note(size_t scope, bool ends);

  // The step around which its calls are noted.
  static std::shared_ptr<const Module> Decorate(const std::shared_ptr<Profiler>& profiler,
                                                const std::string& name,
                                                std::shared_ptr<const Module> module);

  // The profile (sdk interface 20.2): a line "name number" per scope, a line "----", then the
  // events "number type index microseconds" in the order of time; type 0 begins, 1 ends; index
  // counts the calls of the scope.
  std::string Text() const;

 private:
  struct Event {
    size_t scope;
    bool ends;
    size_t index;
    int64_t microseconds;
  };

  mutable std::mutex mutex_;
  std::vector<std::string> scopes_;
  std::vector<size_t> begun_, ended_;  // calls of each scope
  std::vector<Event> events_;
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace mmdeploy::capi

struct mmdeploy_profiler {
  std::shared_ptr<mmdeploy::capi::Profiler> profiler;
  std::string path;
};
