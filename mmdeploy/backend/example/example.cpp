#include "mmdeploy/backend/example/program.h"
#include "mmdeploy/backend/options.h"
#include "mmdeploy/backend/request.h"

namespace mmdeploy {
namespace example {
namespace {

class ExampleNet : public Net {
 public:
  explicit ExampleNet(Program program) : program_(std::move(program)) {}

  const std::vector<TensorInfo>& inputs() const override { return program_.inputs; }
  const std::vector<TensorInfo>& outputs() const override { return program_.outputs; }
  Result<std::unique_ptr<Request>> CreateRequest() const override;

  const Program& program() const { return program_; }

 private:
  Program program_;
};

class ExampleRequest : public HostRequest {
 public:
  explicit ExampleRequest(const ExampleNet& net) : HostRequest("example", net), net_(net) {}

  Result<void> BindOutput(size_t, const Tensor&) override {
    return MakeError(Code::kNotSupported, "the example engine owns its outputs");
  }

 private:
  Result<void> Compute() override {
    Tensors tensors;
    for (size_t i = 0; i < net_.inputs().size(); ++i) {
      tensors.emplace_back(net_.inputs()[i].name, input(i));
    }
    for (const auto& op : net_.program().ops) {
      const Tensor input = op->input.empty() ? Tensor() : *Find(tensors, op->input);
      auto output = op->Run(input);
      if (!output) return MakeError(output.error().In(fmt::format("op of '{}'", op->output)));
      tensors.emplace_back(op->output, std::move(*output));
    }
    for (size_t i = 0; i < net_.outputs().size(); ++i) {
      MMDEPLOY_TRYV(SetOutput(i, *Find(tensors, net_.outputs()[i].name)));
    }
    return {};
  }

  // The latest definition; ReadProgram has checked that there is one.
  static const Tensor* Find(const Tensors& tensors, const std::string& name) {
    for (auto it = tensors.rbegin(); it != tensors.rend(); ++it) {
      if (it->first == name) return &it->second;
    }
    return nullptr;
  }

  const ExampleNet& net_;
};

Result<std::unique_ptr<Request>> ExampleNet::CreateRequest() const {
  return std::make_unique<ExampleRequest>(*this);
}

class ExampleEngine : public Engine {
 public:
  std::string name() const override { return "example"; }
  std::string version() const override { return "1"; }

  Result<std::shared_ptr<const Net>> Load(const NetFiles& files,
                                          const NetOptions& options) const override {
    MMDEPLOY_TRYV(CheckIsCpu(name(), options));
    MMDEPLOY_TRYV(CheckOptionNames(name(), options, {}));
    MMDEPLOY_TRY(const Bytes text, files.net.Content());
    MMDEPLOY_TRY(auto program, ReadProgram(AsText(text), files.net.name));
    return std::make_shared<const ExampleNet>(std::move(program));
  }
};

}  // namespace
}  // namespace example

const Engine* example_engine() {
  static const auto* engine = new example::ExampleEngine;
  return engine;
}

}  // namespace mmdeploy
