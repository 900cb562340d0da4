#include "mmdeploy/backend/example/program.h"

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

class ExampleRequest : public Request {
 public:
  explicit ExampleRequest(const ExampleNet& net)
      : net_(net), shapes_(net.inputs().size()), inputs_(net.inputs().size()) {}

  Result<void> SetShapes(Span<const Shape> shapes) override {
    shapes_.assign(shapes.begin(), shapes.end());
    return {};
  }

  Result<Tensor> Input(size_t index) override {
    MMDEPLOY_TRY(inputs_[index], Tensor::Allocate(DataType::kFloat32, shapes_[index]));
    return inputs_[index];
  }

  Result<void> BindInput(size_t index, const Tensor& tensor) override {
    inputs_[index] = tensor;
    return {};
  }

  Result<void> BindOutput(size_t, const Tensor&) override {
    return MakeError(Code::kNotSupported, "the example engine owns its outputs");
  }

  Result<void> Run() override {
    Tensors tensors;
    for (size_t i = 0; i < inputs_.size(); ++i) {
      tensors.emplace_back(net_.inputs()[i].name, inputs_[i]);
    }
    for (const auto& op : net_.program().ops) {
      const Tensor input = op->input.empty() ? Tensor() : *Find(tensors, op->input);
      auto output = op->Run(input);
      if (!output) return MakeError(output.error().In(fmt::format("op of '{}'", op->output)));
      tensors.emplace_back(op->output, std::move(*output));
    }
    outputs_.clear();
    for (const auto& info : net_.outputs()) outputs_.push_back(*Find(tensors, info.name));
    return {};
  }

  Result<Tensor> Output(size_t index) override {
    MMDEPLOY_ENSURE(index < outputs_.size(), Code::kFail, "output {} was read before a run", index);
    return outputs_[index];
  }

 private:
  // The latest definition; ReadProgram has checked that there is one.
  static const Tensor* Find(const Tensors& tensors, const std::string& name) {
    for (auto it = tensors.rbegin(); it != tensors.rend(); ++it) {
      if (it->first == name) return &it->second;
    }
    return nullptr;
  }

  const ExampleNet& net_;
  std::vector<Shape> shapes_;
  std::vector<Tensor> inputs_;
  std::vector<Tensor> outputs_;
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
    MMDEPLOY_ENSURE(options.device.type == DeviceType::kCpu, Code::kNotSupported,
                    "engine 'example' runs on 'cpu', found device '{}'", Name(options.device));
    MMDEPLOY_ENSURE(options.engine.empty(), Code::kNotSupported,
                    "engine 'example' has no option '{}', allowed: none",
                    options.engine.begin()->first);
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
