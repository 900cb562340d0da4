#include <map>
#include <memory>
#include <mutex>

#include "mmdeploy/backend/onnxruntime/ops/custom_op.h"

namespace mmdeploy::onnxruntime {
namespace {

// The operators of one domain.
struct Domain {
  std::vector<std::unique_ptr<CustomOp>> ops;
  OrtCustomOpDomain* handle = nullptr;
};

using Domains = std::map<std::string, Domain>;

OrtStatus* MakeDomains(const OrtApi& ort, Domains* domains) {
  for (const auto& op : op::Ops()) {
    for (const auto& name : op.names) {
      Domain& domain = (*domains)[name.domain];
      if (!domain.handle) {
        OrtStatus* status = ort.CreateCustomOpDomain(name.domain.c_str(), &domain.handle);
        if (status) return status;
      }
      for (auto& types : TypeCombinations(op)) {
        domain.ops.push_back(std::make_unique<CustomOp>(op, name, std::move(types), ort));
        OrtStatus* status = ort.CustomOpDomain_Add(domain.handle, domain.ops.back().get());
        if (status) return status;
      }
    }
  }
  return nullptr;
}

OrtStatus* Register(OrtSessionOptions* options, const OrtApi& ort) {
  // Sessions point into the domains: they live until the process ends.
  static std::mutex mutex;
  static auto* domains = new Domains;
  const std::lock_guard lock(mutex);
  if (domains->empty()) {
    if (OrtStatus* status = MakeDomains(ort, domains)) {
      domains->clear();
      return status;
    }
  }
  for (auto& [name, domain] : *domains) {
    if (OrtStatus* status = ort.AddCustomOpDomain(options, domain.handle)) return status;
  }
  return nullptr;
}

}  // namespace
}  // namespace mmdeploy::onnxruntime

// What ONNX Runtime calls in a library of custom operators.
extern "C" __attribute__((visibility("default"))) OrtStatus* ORT_API_CALL
RegisterCustomOps(OrtSessionOptions* options, const OrtApiBase* base) {
  using namespace mmdeploy::onnxruntime;
  if (const OrtApi* ort = base->GetApi(kApiVersion)) return Register(options, *ort);
  const OrtApi* oldest = base->GetApi(1);
  return oldest->CreateStatus(
      ORT_NOT_IMPLEMENTED,
      (std::string("the custom operators of mmdeploy need ONNX Runtime 1.") +
       std::to_string(kApiVersion) + " or newer, found " + base->GetVersionString())
          .c_str());
}
