#include "mmdeploy/backend/openvino/net.h"

#include <algorithm>
#include <filesystem>
#include <openvino/runtime/properties.hpp>

#include "mmdeploy/backend/openvino/checksum.h"
#include "mmdeploy/backend/openvino/guard.h"
#include "mmdeploy/backend/openvino/ops/custom_op.h"
#include "mmdeploy/backend/openvino/repair/repair.h"
#include "mmdeploy/backend/openvino/request.h"
#include "mmdeploy/backend/openvino/types.h"
#include "mmdeploy/backend/options.h"
#include "mmdeploy/base/log.h"
#include "mmdeploy/base/parallel.h"
#include "mmdeploy/base/suggest.h"

namespace mmdeploy::openvino {
namespace fs = std::filesystem;
namespace {

// What the engine may calculate in. Quantised layers of an int8 model stay as they are; the rest
// of it is calculated in float32.
struct PrecisionPair {
  const char* ours;
  ov::element::Type_t ov;
};

constexpr PrecisionPair kPrecisions[] = {{"FP32", ov::element::Type_t::f32},
                                         {"FP16", ov::element::Type_t::f16},
                                         {"BF16", ov::element::Type_t::bf16},
                                         {"INT8", ov::element::Type_t::f32}};

// "float32" of f32, as we spell it everywhere.
std::string SpellPrecision(const ov::element::Type& type) {
  return type.is_real()
             ? fmt::format("{}{}", type == ov::element::bf16 ? "bfloat" : "float", type.bitwidth())
             : type.get_type_name();
}

Result<ov::element::Type> ParsePrecision(const std::string& precision) {
  std::vector<std::string> known;
  for (const auto& pair : kPrecisions) {
    if (precision == pair.ours) return ov::element::Type(pair.ov);
    known.emplace_back(pair.ours);
  }
  return MakeError(Code::kNotSupported, "engine 'openvino' has no precision '{}', allowed: {}",
                   precision, ListAllowed(precision, known));
}

// What the device can do of it: float32 where it lacks the type that is asked for. Left alone,
// OpenVINO would take bfloat16 for float16, which is less exact than either.
Result<ov::element::Type> ChoosePrecision(ov::Core& core, const std::string& device,
                                          const std::string& precision) {
  MMDEPLOY_TRY(const auto wanted, ParsePrecision(precision));
  if (wanted == ov::element::f32) return wanted;
  MMDEPLOY_TRY(const auto capabilities, Guard("ask for capabilities", [&] {
                 return core.get_property(device, ov::device::capabilities);
               }));
  const bool able =
      std::find(capabilities.begin(), capabilities.end(), precision) != capabilities.end();
  return able ? wanted : ov::element::Type(ov::element::f32);
}

// OpenVINO's name of the device, "CPU" or what the option says.
Result<std::string> ChooseDevice(ov::Core& core, const NetOptions& options) {
  MMDEPLOY_TRYV(CheckOptionNames("openvino", options, {kDeviceOption}));
  MMDEPLOY_ENSURE(options.device.type == DeviceType::kCpu, Code::kNotSupported,
                  "engine 'openvino' runs on 'cpu', found device '{}'; Intel GPUs and NPUs are "
                  "chosen by the engine option '{}'",
                  Name(options.device), kDeviceOption);
  const auto it = options.engine.find(kDeviceOption);
  if (it == options.engine.end()) return std::string("CPU");
  const std::string& device = it->second;
  MMDEPLOY_TRY(const auto available,
               Guard("list devices", [&] { return core.get_available_devices(); }));
  const bool exists = std::any_of(available.begin(), available.end(), [&](const auto& name) {
    return device == name || device.rfind(name + ".", 0) == 0;
  });
  MMDEPLOY_ENSURE(exists, Code::kNotSupported, "openvino has no device '{}' here, found: {}",
                  device, ListAllowed(device, available));
  return device;
}

// Shapes that are remembered at most, of all inputs together.
constexpr size_t kMaxWorkingShapes = 4096;

// Ranks are fixed, so that the dimensions alone say which shapes they are.
std::vector<int64_t> Dimensions(Span<const Shape> shapes) {
  std::vector<int64_t> dims;
  for (const auto& shape : shapes) dims.insert(dims.end(), shape.begin(), shape.end());
  return dims;
}

bool IsXml(const std::string& path) { return fs::path(path).extension() == ".xml"; }

// By its name, or, for bytes, by what is no XML.
bool IsOnnx(const NetFile& file) {
  if (!file.bytes) return fs::path(file.path).extension() == ".onnx";
  const std::string_view text = AsText(file.bytes);
  const size_t first = text.find_first_not_of(" \t\r\n\xef\xbb\xbf");
  return first != text.npos && text[first] != '<';
}

// The weights of an IR lie beside it if nobody says where.
NetFile FindWeights(const NetFiles& files) {
  NetFile weights = files.weights;
  if (!weights.name.empty() || !IsXml(files.net.path)) return weights;
  const auto path = fs::path(files.net.path).replace_extension(".bin");
  std::error_code error;
  if (!fs::exists(path, error)) return weights;  // a model without constants has none
  return {path.filename().string(), path.string(), nullptr};
}

Result<std::shared_ptr<ov::Model>> ReadPaths(ov::Core& core, const NetFile& net,
                                             const NetFile& weights) {
  const auto what = fmt::format("load '{}'", net.name);
  if (weights.name.empty()) {
    return Guard(what, [&] { return core.read_model(net.path, std::string()); });
  }
  std::error_code error;
  MMDEPLOY_ENSURE(fs::is_regular_file(weights.path, error), Code::kFileNotExist,
                  "weights '{}' do not exist", weights.path);
  return Guard(what, [&] { return core.read_model(net.path, weights.path); });
}

// `*kept` is what the model's constants point into.
Result<std::shared_ptr<ov::Model>> ReadBytes(ov::Core& core, const NetFile& net,
                                             const NetFile& weights, Bytes* kept) {
  MMDEPLOY_TRY(const Bytes content, net.Content());
  MMDEPLOY_ENSURE(!content->empty(), Code::kFail, "openvino cannot load '{}': the file is empty",
                  net.name);
  ov::Tensor constants;
  if (!weights.name.empty()) {
    MMDEPLOY_TRY(*kept, weights.Content());
    MMDEPLOY_ENSURE(!(*kept)->empty(), Code::kFail, "openvino cannot load '{}': the file is empty",
                    weights.name);
    constants = ov::Tensor(ov::element::u8, {(*kept)->size()}, (*kept)->data());
  }
  return Guard(fmt::format("load '{}'", net.name),
               [&] { return core.read_model(std::string(AsText(content)), constants); });
}

Result<std::shared_ptr<ov::Model>> ReadModel(ov::Core& core, const NetFiles& files, Bytes* kept) {
  const NetFile weights = FindWeights(files);
  if (weights.name.empty() && IsOnnx(files.net)) return ReadOnnx(core, files.net, "load");
  // Paths let OpenVINO map the weights, and find external data of an ONNX file.
  const bool paths = !files.net.path.empty() && (weights.name.empty() || !weights.path.empty());
  auto read =
      paths ? ReadPaths(core, files.net, weights) : ReadBytes(core, files.net, weights, kept);
  if (!read || weights.name.empty()) return read;
  MMDEPLOY_TRYV(CheckWeights(**read, weights));
  return read;
}

}  // namespace

Result<ov::Core*> GetCore() {
  static const auto* core = new Result<ov::Core*>(Guard("start", [] {
    auto* made = new ov::Core;
    made->add_extension(CustomOps());
    return made;
  }));
  return *core;
}

std::string NameOf(const ov::Output<const ov::Node>& port) {
  // A tensor may have several names, for example when it is both input and output. The node is
  // called after the one that is meant; OpenVINO appends to it for outputs.
  std::string name = port.get_node()->get_friendly_name();
  name = name.substr(0, name.rfind("/sink_port_"));
  const auto& names = port.get_names();
  if (names.empty() || names.count(name)) return name;
  return *std::min_element(names.begin(), names.end());
}

Result<std::shared_ptr<const Net>> OpenvinoNet::Load(const NetFiles& files,
                                                     const NetOptions& options) {
  MMDEPLOY_TRY(ov::Core * core, GetCore());
  std::shared_ptr<OpenvinoNet> net(new OpenvinoNet);
  net->files_ = {{files.net.name, files.net.path, {}},
                 {files.weights.name, files.weights.path, {}}};
  net->state_ = std::make_unique<PerProcess<State>>([] { return std::make_unique<State>(); });
  MMDEPLOY_TRYV(net->SetUp(*core, options));
  MMDEPLOY_TRY(net->model_, ReadModel(*core, files, &net->weights_));
  MMDEPLOY_TRY(net->state_->Get().compiled, net->CompileAnew());
  MMDEPLOY_TRYV(net->ReadInfos());
  if (!net->is_dynamic()) net->model_.reset();
  return std::shared_ptr<const Net>(std::move(net));
}

Result<void> OpenvinoNet::SetUp(ov::Core& core, const NetOptions& options) {
  MMDEPLOY_TRY(device_, ChooseDevice(core, options));
  MMDEPLOY_TRY(const auto precision, ChoosePrecision(core, device_, options.precision));
  const int threads = CallThreads(options);
  // Each stream runs one call at a time on its own threads; weights are there once.
  max_concurrent_runs_ = std::max(1, NumProcessors() / threads);
  properties_.insert(ov::hint::inference_precision(precision));
  if (device_ != "CPU") return {};
  // Left alone, it quantises the inputs of products whose weights are of 8 bits, whatever the
  // precision.
  properties_.insert(ov::hint::dynamic_quantization_group_size(0));
  properties_.insert({ov::num_streams(max_concurrent_runs_),
                      ov::inference_num_threads(max_concurrent_runs_ * threads),
                      // The caller's threads are not ours to pin, nor are its processors to choose.
                      ov::hint::enable_cpu_pinning(false), ov::hint::enable_hyper_threading(true)});
  return {};
}

// A static model is read again where it has to be compiled once more.
Result<std::shared_ptr<ov::Model>> OpenvinoNet::TakeModel() const {
  if (model_) return model_;
  const bool has_paths =
      !files_.net.path.empty() && (files_.weights.name.empty() || !files_.weights.path.empty());
  MMDEPLOY_ENSURE(has_paths, Code::kNotSupported,
                  "'{}' came from memory before this process was forked; load it here again",
                  files_.net.name);
  MMDEPLOY_TRY(ov::Core * core, GetCore());
  Bytes nothing;
  return ReadModel(*core, files_, &nothing);
}

Result<ov::CompiledModel> Compile(const std::shared_ptr<ov::Model>& model, const std::string& name,
                                  const std::string& device, ov::AnyMap properties) {
  MMDEPLOY_TRY(ov::Core * core, GetCore());
  MMDEPLOY_ENSURE(ForkCount() < 2, Code::kNotSupported,
                  "openvino works in a child of the process that used it first, not in a child of "
                  "that one; start processes by spawn instead of fork");
  // OpenVINO keeps executors that are idle, in a child without their threads; those that it does
  // not share are made anew.
  if (ForkCount() > 0) properties["EXCLUSIVE_ASYNC_REQUESTS"] = true;
  return Guard(fmt::format("compile '{}' for {}", name, device),
               [&] { return core->compile_model(model, device, properties); });
}

Result<ov::CompiledModel> OpenvinoNet::CompileAnew() const {
  MMDEPLOY_TRY(const auto model, TakeModel());
  return Compile(model, files_.net.name, device_, properties_);
}

Result<ov::InferRequest> OpenvinoNet::NewRequest(int* generation) const {
  State& state = state_->Get();
  const std::lock_guard lock(state.mutex);
  if (!state.compiled) {
    MMDEPLOY_TRY(state.compiled, CompileAnew());
  }
  *generation = state.generation;
  return Guard("create a request", [&] { return state.compiled.create_infer_request(); });
}

void OpenvinoNet::Discard(int generation) const {
  State& state = state_->Get();
  const std::lock_guard lock(state.mutex);
  if (!model_ || generation != state.generation) return;
  state.compiled = {};
  ++state.generation;
}

bool OpenvinoNet::HasWorked(Span<const Shape> shapes) const {
  State& state = state_->Get();
  const std::lock_guard lock(state.mutex);
  return state.working_shapes.count(Dimensions(shapes)) > 0;
}

void OpenvinoNet::RememberWorking(Span<const Shape> shapes) const {
  State& state = state_->Get();
  const std::lock_guard lock(state.mutex);
  if (state.working_shapes.size() >= kMaxWorkingShapes) state.working_shapes.clear();
  state.working_shapes.insert(Dimensions(shapes));
}

bool OpenvinoNet::is_dynamic() const {
  return std::any_of(inputs_.begin(), inputs_.end(),
                     [](const TensorInfo& info) { return !info.shape.is_static(); });
}

Result<void> OpenvinoNet::ReadInfos() {
  const auto& compiled = state_->Get().compiled;
  MMDEPLOY_TRY(const auto executed, Guard("read a property", [&] {
                 return compiled.get_property(ov::hint::inference_precision);
               }));
  precision_ = SpellPrecision(executed);
  Log(LogLevel::kInfo, "openvino: '{}' runs in {} on {}", files_.net.name, precision_, device_);
  const auto read = [](const std::vector<ov::Output<const ov::Node>>& ports,
                       std::vector<TensorInfo>* infos) -> Result<void> {
    for (const auto& port : ports) {
      TensorInfo info;
      info.name = NameOf(port);
      MMDEPLOY_TRY(info.dtype, FromOv(port.get_element_type(), info.name));
      MMDEPLOY_TRYV(SetShape(port.get_partial_shape(), &info));
      infos->push_back(std::move(info));
    }
    return {};
  };
  MMDEPLOY_TRYV(read(compiled.inputs(), &inputs_));
  return read(compiled.outputs(), &outputs_);
}

Result<std::unique_ptr<Request>> OpenvinoNet::CreateRequest() const {
  return std::make_unique<OpenvinoRequest>(*this);
}

}  // namespace mmdeploy::openvino
