// An engine that runs on the fake device: another engine calculates, on what lies in the device's
// own view of its memory. Options: "engine" (default "example"); "inputs", "outputs" and "claims"
// (where it says that outputs lie), each "host" instead of the device.

#include "mmdeploy/backend/options.h"
#include "mmdeploy/backend/plugin.h"
#include "mmdeploy/backend/registry.h"
#include "mmdeploy/backend/request.h"
#include "tests/devices/memory.h"

namespace mmdeploy {
namespace testing {
namespace {

constexpr const char* kEngine = "fake_device";

class FakeNet : public Net {
 public:
  FakeNet(std::shared_ptr<const Net> inner, const Device& input, const Device& output,
          const Device& claim)
      : inner_(std::move(inner)),
        inputs_(inner_->inputs()),
        outputs_(inner_->outputs()),
        output_device_(output) {
    for (TensorInfo& info : inputs_) info.device = input;
    for (TensorInfo& info : outputs_) info.device = claim;
  }

  const std::vector<TensorInfo>& inputs() const override { return inputs_; }
  const std::vector<TensorInfo>& outputs() const override { return outputs_; }
  Result<std::unique_ptr<Request>> CreateRequest() const override;

  const Net& inner() const { return *inner_; }
  const Device& output_device() const { return output_device_; }

 private:
  std::shared_ptr<const Net> inner_;
  std::vector<TensorInfo> inputs_, outputs_;
  Device output_device_;
};

class FakeRequest : public HostRequest {
 public:
  FakeRequest(const FakeNet& net, std::unique_ptr<Request> inner)
      : HostRequest(kEngine, net), net_(net), inner_(std::move(inner)) {}

 private:
  Result<void> Compute() override {
    MMDEPLOY_TRYV(inner_->SetShapes(shapes()));
    for (size_t i = 0; i < shapes().size(); ++i) {
      MMDEPLOY_TRY(const Tensor own, AsDeviceSees(input(i)));
      MMDEPLOY_TRYV(inner_->BindInput(i, own));
    }
    MMDEPLOY_TRYV(inner_->Run());
    for (size_t i = 0; i < net_.outputs().size(); ++i) {
      MMDEPLOY_TRY(const Tensor made, inner_->Output(i));
      MMDEPLOY_TRY(const Tensor output,
                   Tensor::Allocate(made.dtype(), made.shape(), net_.output_device()));
      MMDEPLOY_TRY(const Tensor own, AsDeviceSees(output));
      MMDEPLOY_TRYV(StartCopy(made, own));
      MMDEPLOY_TRYV(SetOutput(i, output));
    }
    return {};
  }

  // What copies have not yet done is not seen: who gives the tensor has waited for them.
  static Result<Tensor> AsDeviceSees(const Tensor& tensor) {
    if (tensor.device() == Device()) return tensor;
    MMDEPLOY_TRY(char* own,
                 FakeMemory::Instance().Own(tensor.device(), tensor.raw(), tensor.num_bytes()));
    return Tensor(own, tensor.dtype(), tensor.shape());
  }

  const FakeNet& net_;
  std::unique_ptr<Request> inner_;
};

Result<std::unique_ptr<Request>> FakeNet::CreateRequest() const {
  MMDEPLOY_TRY(auto inner, inner_->CreateRequest());
  return std::make_unique<FakeRequest>(*this, std::move(inner));
}

class FakeEngine : public Engine {
 public:
  std::string name() const override { return kEngine; }
  std::string version() const override { return "1"; }
  std::vector<const DeviceMemory*> memories() const override { return {&FakeMemory::Instance()}; }

  Result<std::shared_ptr<const Net>> Load(const NetFiles& files,
                                          const NetOptions& options) const override {
    MMDEPLOY_TRYV(CheckOptionNames(kEngine, options, {"engine", "inputs", "outputs", "claims"}));
    MMDEPLOY_ENSURE(options.device.type == DeviceType::kCuda, Code::kNotSupported,
                    "engine '{}' runs on 'cuda', found device '{}'", kEngine, Name(options.device));
    const auto option = [&](const char* key, const char* otherwise) {
      const auto found = options.engine.find(key);
      return found == options.engine.end() ? std::string(otherwise) : found->second;
    };
    const auto place = [&](const char* key, const char* otherwise) {
      return option(key, otherwise) == "host" ? Device() : options.device;
    };
    NetOptions host = options;
    host.device = Device();
    host.engine.clear();
    MMDEPLOY_TRY(const Engine* engine, FindEngine(option("engine", "example")));
    MMDEPLOY_TRY(auto inner, engine->Load(files, host));
    const auto outputs = option("outputs", "device");
    return std::make_shared<const FakeNet>(std::move(inner), place("inputs", "device"),
                                           place("outputs", "device"),
                                           place("claims", outputs.c_str()));
  }
};

}  // namespace
}  // namespace testing

const Engine* fake_device_engine() {
  static const auto* engine = new testing::FakeEngine;
  return engine;
}

}  // namespace mmdeploy

MMDEPLOY_ENGINE_PLUGIN(::mmdeploy::fake_device_engine)
