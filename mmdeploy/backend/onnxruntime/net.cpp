#include "mmdeploy/backend/onnxruntime/net.h"

#include <algorithm>

#include "mmdeploy/backend/onnxruntime/session_options.h"
#include "mmdeploy/backend/onnxruntime/types.h"
#include "mmdeploy/base/parallel.h"

namespace mmdeploy::onnxruntime {
namespace {

// One run: values over the caller's or ONNX Runtime's memory.
class OrtRequest : public Request {
 public:
  explicit OrtRequest(const OrtNet& net)
      : net_(net), ort_(net.ort()), shapes_(net.inputs().size()) {
    for (const auto& info : net.inputs()) input_names_.push_back(info.name.c_str());
    for (const auto& info : net.outputs()) output_names_.push_back(info.name.c_str());
    inputs_.resize(net.inputs().size());
    outputs_.resize(net.outputs().size());
    bound_outputs_.resize(net.outputs().size());
  }

  Result<void> Start() {
    MMDEPLOY_ORT(ort_, CreateCpuMemoryInfo(OrtArenaAllocator, OrtMemTypeDefault, &memory_),
                 "describe host memory");
    return {};
  }

  ~OrtRequest() override {
    if (memory_) ort_.ReleaseMemoryInfo(memory_);
  }

  Result<void> SetShapes(Span<const Shape> shapes) override {
    std::copy(shapes.begin(), shapes.end(), shapes_.begin());
    return {};
  }

  Result<Tensor> Input(size_t index) override {
    MMDEPLOY_TRY(auto tensor, Tensor::Allocate(net_.inputs()[index].dtype, shapes_[index]));
    MMDEPLOY_TRYV(BindInput(index, tensor));
    return tensor;
  }

  Result<void> BindInput(size_t index, const Tensor& tensor) override {
    MMDEPLOY_TRY(inputs_[index], Wrap(tensor));
    return {};
  }

  Result<void> BindOutput(size_t index, const Tensor& tensor) override {
    bound_outputs_[index] = tensor;
    return {};
  }

  Result<void> Run() override;
  Result<Tensor> Output(size_t index) override;

 private:
  using Value = std::shared_ptr<OrtValue>;

  Value Own(OrtValue* value) const {
    return Value(value, [ort = &ort_](OrtValue* v) { ort->ReleaseValue(v); });
  }

  Result<Value> Wrap(const Tensor& tensor) const {
    OrtValue* value = nullptr;
    MMDEPLOY_ORT(ort_,
                 CreateTensorWithDataAsOrtValue(memory_, tensor.raw(), tensor.num_bytes(),
                                                tensor.shape().data(), tensor.shape().size(),
                                                ToOnnx(tensor.dtype()), &value),
                 "wrap a tensor");
    return Own(value);
  }

  std::string DescribeInputs() const {
    std::string text;
    for (size_t i = 0; i < shapes_.size(); ++i) {
      text += fmt::format("{}'{}' {}", i ? ", " : "", net_.inputs()[i].name, Name(shapes_[i]));
    }
    return text;
  }

  const OrtNet& net_;
  const OrtApi& ort_;
  OrtMemoryInfo* memory_ = nullptr;
  std::vector<const char*> input_names_, output_names_;
  std::vector<Shape> shapes_;
  std::vector<Value> inputs_, outputs_;
  std::vector<Tensor> bound_outputs_;
};

Result<void> OrtRequest::Run() {
  std::vector<const OrtValue*> inputs;
  for (const auto& value : inputs_) inputs.push_back(value.get());
  std::vector<OrtValue*> outputs(outputs_.size(), nullptr);
  for (size_t i = 0; i < outputs.size(); ++i) {
    outputs_[i].reset();
    if (bound_outputs_[i].empty()) continue;
    MMDEPLOY_TRY(outputs_[i], Wrap(bound_outputs_[i]));
    outputs[i] = outputs_[i].get();
  }
  OrtStatus* status = ort_.Run(net_.session(), nullptr, input_names_.data(), inputs.data(),
                               inputs.size(), output_names_.data(), outputs.size(), outputs.data());
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (outputs[i] && !outputs_[i]) outputs_[i] = Own(outputs[i]);
  }
  if (status) {
    return MakeError(Code::kFail, "onnxruntime failed with inputs {}: {}", DescribeInputs(),
                     TakeMessage(ort_, status));
  }
  return {};
}

Result<Tensor> OrtRequest::Output(size_t index) {
  const auto& name = net_.outputs()[index].name;
  const Value& value = outputs_[index];
  MMDEPLOY_ENSURE(value, Code::kFail, "output '{}' was read before a run", name);
  MMDEPLOY_TRY(const auto type, TypeOf(ort_, value.get(), name));
  void* data = nullptr;
  MMDEPLOY_ORT(ort_, GetTensorMutableData(value.get(), &data), "read an output");
  return Tensor(data, type.dtype, type.shape, value);
}

}  // namespace

Result<std::shared_ptr<const Net>> OrtNet::Load(const Api& api, const NetFiles& files,
                                                const NetOptions& options) {
  MMDEPLOY_ENSURE(options.device.type == DeviceType::kCpu, Code::kNotSupported,
                  "engine 'onnxruntime' of this build runs on 'cpu', found device '{}'",
                  Name(options.device));
  std::shared_ptr<OrtNet> net(new OrtNet(api));
  MMDEPLOY_TRYV(net->CreateSession(files, options));
  MMDEPLOY_TRYV(net->ReadInfos(true, &net->inputs_));
  MMDEPLOY_TRYV(net->ReadInfos(false, &net->outputs_));
  return std::shared_ptr<const Net>(std::move(net));
}

OrtNet::~OrtNet() {
  if (session_) ort().ReleaseSession(session_);
}

Result<std::unique_ptr<Request>> OrtNet::CreateRequest() const {
  auto request = std::make_unique<OrtRequest>(*this);
  MMDEPLOY_TRYV(request->Start());
  return std::unique_ptr<Request>(std::move(request));
}

Result<void> OrtNet::CreateSession(const NetFiles& files, const NetOptions& options) {
  OrtSessionOptions* session_options = nullptr;
  MMDEPLOY_ORT(ort(), CreateSessionOptions(&session_options), "create options");
  const std::shared_ptr<OrtSessionOptions> guard(
      session_options, [this](OrtSessionOptions* o) { ort().ReleaseSessionOptions(o); });
  const int threads = options.num_threads > 0 ? options.num_threads : NumProcessors();
  // A call that uses several threads gains nothing from a second one beside it.
  max_concurrent_runs_ = threads > 1 ? std::max(1, NumProcessors() / threads) : 0;
  MMDEPLOY_TRYV(SetSessionOptions(ort(), options, threads, session_options));
  const auto what = fmt::format("load '{}'", files.net.name);
  // A path lets ONNX Runtime map the file, and find external data beside it.
  if (!files.net.path.empty()) {
    MMDEPLOY_ORT(ort(), CreateSession(api_.env, files.net.path.c_str(), session_options, &session_),
                 what);
    return {};
  }
  MMDEPLOY_TRY(const Bytes bytes, files.net.Content());
  MMDEPLOY_ENSURE(!bytes->empty(), Code::kFail, "onnxruntime cannot {}: the file is empty", what);
  MMDEPLOY_ORT(
      ort(),
      CreateSessionFromArray(api_.env, bytes->data(), bytes->size(), session_options, &session_),
      what);
  return {};
}

Result<TensorInfo> OrtNet::ReadInfo(std::string name, OrtTypeInfo* type) const {
  const OrtTensorTypeAndShapeInfo* tensor = nullptr;
  MMDEPLOY_ORT(ort(), CastTypeInfoToTensorInfo(type, &tensor), "read a type");
  MMDEPLOY_ENSURE(tensor, Code::kNotSupported,
                  "'{}' is not a tensor; sequences and maps are not supported", name);
  MMDEPLOY_TRY(const auto read, ReadType(ort(), *tensor, name));
  TensorInfo info;
  info.dtype = read.dtype;
  info.shape = read.shape;
  info.name = std::move(name);
  return info;
}

Result<void> OrtNet::ReadInfos(bool input, std::vector<TensorInfo>* infos) {
  OrtAllocator* allocator = nullptr;
  MMDEPLOY_ORT(ort(), GetAllocatorWithDefaultOptions(&allocator), "get an allocator");
  size_t count = 0;
  MMDEPLOY_ORT(ort(), SessionGetInputCount(session_, &count), "count inputs");
  if (!input) MMDEPLOY_ORT(ort(), SessionGetOutputCount(session_, &count), "count outputs");
  for (size_t i = 0; i < count; ++i) {
    char* raw_name = nullptr;
    OrtStatus* status = input ? ort().SessionGetInputName(session_, i, allocator, &raw_name)
                              : ort().SessionGetOutputName(session_, i, allocator, &raw_name);
    MMDEPLOY_ENSURE(!status, Code::kFail, "onnxruntime: {}", TakeMessage(ort(), status));
    std::string name = raw_name;
    allocator->Free(allocator, raw_name);
    OrtTypeInfo* type = nullptr;
    status = input ? ort().SessionGetInputTypeInfo(session_, i, &type)
                   : ort().SessionGetOutputTypeInfo(session_, i, &type);
    MMDEPLOY_ENSURE(!status, Code::kFail, "onnxruntime: {}", TakeMessage(ort(), status));
    auto info = ReadInfo(std::move(name), type);
    ort().ReleaseTypeInfo(type);
    if (!info) return MakeError(info.error());
    infos->push_back(std::move(*info));
  }
  return {};
}

}  // namespace mmdeploy::onnxruntime
