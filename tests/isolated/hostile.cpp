// An engine that does what an engine's own library may do to the process. The file of the network
// is one word that says what.

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <string>
#include <thread>

#include "mmdeploy/backend/plugin.h"

namespace mmdeploy {
namespace {

class HostileEngine : public Engine {
 public:
  std::string name() const override { return "openvino"; }
  std::string version() const override { return "0"; }

  Result<std::shared_ptr<const Net>> Load(const NetFiles& files, const NetOptions&) const override {
    MMDEPLOY_TRY(const Bytes bytes, files.net.Content());
    const std::string word(bytes->begin(), bytes->end());
    if (word == "abort") std::abort();
    if (word == "fault") std::raise(SIGSEGV);
    if (word == "exit") std::_Exit(0);
    if (word == "throw") throw std::bad_alloc();
    if (word == "sleep") std::this_thread::sleep_for(std::chrono::hours(1));
    if (word == "spin") {
      for (volatile int64_t i = 0;; i = i + 1) {
      }
    }
    return MakeError(Code::kFail, "the network is refused");
  }
};

const Engine* HostileEngineInstance() {
  static const auto* engine = new HostileEngine;
  return engine;
}

}  // namespace
}  // namespace mmdeploy

MMDEPLOY_ENGINE_PLUGIN(::mmdeploy::HostileEngineInstance)
