#include "mmdeploy/backend/onnxruntime/net.h"

#include "mmdeploy/backend/onnxruntime/session_options.h"
#include "mmdeploy/backend/onnxruntime/types.h"
#include "mmdeploy/backend/options.h"
#include "mmdeploy/backend/request.h"

namespace mmdeploy::onnxruntime {
namespace {

// One run: values over the caller's or ONNX Runtime's memory.
class OrtRequest : public HostRequest {
 public:
  explicit OrtRequest(const OrtNet& net)
      : HostRequest("onnxruntime", net), net_(net), ort_(net.ort()) {
    for (const auto& info : net.inputs()) input_names_.push_back(info.name.c_str());
    for (const auto& info : net.outputs()) output_names_.push_back(info.name.c_str());
  }

  Result<void> Start() {
    MMDEPLOY_ORT(ort_, CreateCpuMemoryInfo(OrtArenaAllocator, OrtMemTypeDefault, &memory_),
                 "describe host memory");
    return {};
  }

  ~OrtRequest() override {
    if (memory_) ort_.ReleaseMemoryInfo(memory_);
  }

 private:
  using Value = std::shared_ptr<OrtValue>;

  Result<void> Compute() override;
  Result<void> StoreOutput(size_t index, const Value& value);

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

  const OrtNet& net_;
  const OrtApi& ort_;
  OrtMemoryInfo* memory_ = nullptr;
  std::vector<const char*> input_names_, output_names_;
};

Result<void> OrtRequest::Compute() {
  std::vector<Value> owners;
  std::vector<const OrtValue*> inputs;
  for (size_t i = 0; i < input_names_.size(); ++i) {
    MMDEPLOY_TRY(auto value, Wrap(input(i)));
    inputs.push_back(value.get());
    owners.push_back(std::move(value));
  }
  std::vector<Value> values(output_names_.size());
  std::vector<OrtValue*> outputs(output_names_.size(), nullptr);
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (bound_output(i).empty()) continue;
    MMDEPLOY_TRY(values[i], Wrap(bound_output(i)));
    outputs[i] = values[i].get();
  }
  OrtStatus* status = ort_.Run(net_.session(), nullptr, input_names_.data(), inputs.data(),
                               inputs.size(), output_names_.data(), outputs.size(), outputs.data());
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (outputs[i] && !values[i]) values[i] = Own(outputs[i]);
  }
  MMDEPLOY_ENSURE(!status, Code::kFail, "{}", TakeMessage(ort_, status));
  for (size_t i = 0; i < values.size(); ++i) MMDEPLOY_TRYV(StoreOutput(i, values[i]));
  return {};
}

Result<void> OrtRequest::StoreOutput(size_t index, const Value& value) {
  const auto& name = net_.outputs()[index].name;
  MMDEPLOY_ENSURE(value, Code::kFail, "output '{}' was not computed", name);
  MMDEPLOY_TRY(const auto type, TypeOf(ort_, value.get(), name));
  void* data = nullptr;
  MMDEPLOY_ORT(ort_, GetTensorMutableData(value.get(), &data), "read an output");
  return SetOutput(index, Tensor(data, type.dtype, type.shape, value));
}

// What is known of it: ONNX Runtime does not tell, but its kernels for x86-64 do not calculate in
// 16 bits (README.md says how that was seen). Models of other types run as they are.
std::string ExecutedPrecision([[maybe_unused]] const std::string& precision) {
#ifdef __x86_64__
  if (precision == "FP16") return "float32";
#endif
  return "";
}

}  // namespace

Result<std::shared_ptr<const Net>> OrtNet::Load(const Api& api, const NetFiles& files,
                                                const NetOptions& options) {
  MMDEPLOY_TRYV(CheckIsCpu("onnxruntime", options));
  std::shared_ptr<OrtNet> net(new OrtNet(api));
  net->precision_ = ExecutedPrecision(options.precision);
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
  MMDEPLOY_TRY(const int threads, SessionThreads(options));
  max_concurrent_runs_ = ConcurrentCalls(threads);
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
