#include "mmdeploy/backend/ncnn/net.h"

#include <ncnn/cpu.h>

#include <algorithm>
#include <filesystem>

#include "mmdeploy/backend/ncnn/layer/check.h"
#include "mmdeploy/backend/ncnn/layer/rules.h"
#include "mmdeploy/backend/ncnn/request.h"
#include "mmdeploy/backend/options.h"
#include "mmdeploy/base/fork.h"
#include "mmdeploy/base/log.h"

namespace mmdeploy::ncnn {
namespace fs = std::filesystem;
namespace {

Result<void> CheckOptions(const NetOptions& options) {
  MMDEPLOY_TRYV(CheckIsCpu("ncnn", options));
  MMDEPLOY_TRYV(CheckOptionNames("ncnn", options, {}));
  MMDEPLOY_ENSURE(!options.use_vulkan, Code::kNotSupported,
                  "use_vulkan is set, but ncnn {} of this build has no Vulkan; set it to False, or "
                  "build with an ncnn that was built with NCNN_VULKAN=ON (ncnn_DIR)",
                  NCNN_VERSION_STRING);
  return CheckPrecision("ncnn", options, {"FP32", "FP16", "INT8"});
}

// The weights lie beside the .param file if nobody says where.
Result<NetFile> FindWeights(const NetFiles& files) {
  if (!files.weights.name.empty()) return files.weights;
  MMDEPLOY_ENSURE(!files.net.path.empty(), Code::kInvalidArgument,
                  "'{}' comes without weights; give the .bin file too", files.net.name);
  const auto path = fs::path(files.net.path).replace_extension(".bin");
  std::error_code error;
  MMDEPLOY_ENSURE(fs::is_regular_file(path, error), Code::kFileNotExist,
                  "weights '{}' of '{}' do not exist", path.string(), files.net.name);
  return NetFile{path.filename().string(), path.string(), nullptr};
}

int64_t DimOrDynamic(double extent) {
  return extent > 0 ? static_cast<int64_t>(extent) : Shape::kDynamic;
}

// Shape of a tensor for dimensions of a blob, outermost first.
Shape WithBatch(int64_t batch, const std::vector<int64_t>& dims) {
  std::vector<int64_t> shape{batch};
  shape.insert(shape.end(), dims.begin(), dims.end());
  return Shape(shape);
}

// How many dimensions the layers take that read a blob, where the first that says so takes one
// number only; those of an image otherwise.
size_t RankOfReader(const ParamFile& file, int blob) {
  constexpr size_t kImage = 3;
  for (const ParamLayer& layer : file.layers) {
    if (layer.inputs.empty() || layer.inputs[0] != blob) continue;
    const LayerRow& row = *FindRow(layer.type);
    if (row.rank.min == row.rank.max) return static_cast<size_t>(row.rank.min);
    if (layer.type == "Gemm") return 2;
    const bool passes_on = row.shape == SameShape && !layer.outputs.empty();
    return passes_on ? RankOfReader(file, layer.outputs[0]) : kImage;
  }
  return kImage;
}

// An Input layer has a parameter for each dimension; none at all in files of other converters.
Shape InputShape(const ParamFile& file, const ParamLayer& layer) {
  const int64_t batch = DimOrDynamic(layer.Number(kBatchParam, 0));
  std::vector<int64_t> dims;
  for (const int id : {2, 11, 1, 0}) {  // c, d, h, w
    if (layer.params.count(id)) dims.push_back(DimOrDynamic(layer.Number(id, 0)));
  }
  if (dims.empty()) dims.assign(RankOfReader(file, layer.outputs[0]), Shape::kDynamic);
  return WithBatch(batch, dims);
}

// What the model calls a blob.
std::string NameOf(const ParamFile& file, int blob, const ParamLayer& layer) {
  const std::string& name = file.blobs[static_cast<size_t>(blob)];
  return layer.Int(kEncodedNameParam, 0) == 1 ? DecodeName(name) : name;
}

// The shape hint of output `index` of a layer; one open dimension if there is none.
Shape OutputShape(const ParamLayer& layer, size_t index, int64_t batch) {
  const auto& hints = layer.Array(kShapeHintParam);
  if (hints.size() < 4 * (index + 1)) return WithBatch(batch, {Shape::kDynamic});
  const double* hint = hints.data() + 4 * index;
  if (hint[0] == 0) return Shape({batch});
  std::vector<int64_t> dims;
  const auto rank = static_cast<int>(std::clamp(hint[0], 1., 3.));
  for (int i = rank; i >= 1; --i) dims.push_back(DimOrDynamic(hint[i]));
  return WithBatch(batch, dims);
}

// What ncnn calculates in for these options on this processor.
std::string ExecutedPrecision(const ParamFile& file, const ::ncnn::Option& option) {
  for (const auto& layer : file.layers) {
    if (option.use_int8_inference && layer.type != "Input" && layer.Int(8, 0) > 0 &&
        (layer.type.find("Convolution") == 0 || layer.type == "InnerProduct")) {
      return "int8";
    }
  }
  const bool half = ::ncnn::cpu_support_arm_asimdhp() || ::ncnn::cpu_support_riscv_zvfh();
  return option.use_fp16_arithmetic && half ? "float16" : "float32";
}

}  // namespace

Result<std::shared_ptr<const Net>> NcnnNet::Load(const NetFiles& files, const NetOptions& options) {
  MMDEPLOY_TRYV(CheckOptions(options));
  std::shared_ptr<NcnnNet> net(new NcnnNet);
  MMDEPLOY_TRYV(net->SetOptions(options));
  Result<void> read;
  // Layers are prepared by OpenMP.
  RunOnOwnThread([&] { read = net->ReadFiles(files); });
  if (!read) {
    return MakeError(read.error().In(fmt::format("ncnn cannot load '{}'", files.net.name)));
  }
  MMDEPLOY_TRYV(net->ReadInfos());
  Log(LogLevel::kInfo, "ncnn: '{}' runs in {}", files.net.name, net->precision_);
  return std::shared_ptr<const Net>(std::move(net));
}

Result<void> NcnnNet::SetOptions(const NetOptions& options) {
  const int threads = CallThreads(options);
  max_concurrent_runs_ = ConcurrentCalls(threads);
  auto& option = net_.opt;
  option.num_threads = threads;
  option.use_vulkan_compute = false;
  const bool half = options.precision == "FP16";
  option.use_fp16_packed = half;
  option.use_fp16_storage = half;
  option.use_fp16_arithmetic = half;
  option.use_bf16_storage = false;
  option.use_bf16_packed = false;
  return {};
}

Result<void> NcnnNet::ReadFiles(const NetFiles& files) {
  MMDEPLOY_TRY(const Bytes param, files.net.Content());
  MMDEPLOY_TRY(auto file, ParseParam(AsText(param), files.net.name));
  MMDEPLOY_TRY(const NetFile weights, FindWeights(files));
  MMDEPLOY_TRY(const Bytes bin, weights.Content());
  MMDEPLOY_TRYV(CheckLayers(file, bin->size(), files.net.name));
  return net_.Load(std::move(file), WeightsReader(bin), weights.name);
}

Result<void> NcnnNet::ReadInfos() {
  const ParamFile& file = net_.file();
  int64_t batch = Shape::kDynamic;
  for (const auto& layer : file.layers) {
    if (layer.type != "Input") continue;
    const int blob = layer.outputs[0];
    input_blobs_.push_back(blob);
    inputs_.push_back({NameOf(file, blob, layer), DataType::kFloat32, InputShape(file, layer)});
    batch = inputs_.back().shape[0];
  }
  MMDEPLOY_ENSURE(!inputs_.empty(), Code::kNotSupported, "the network has no layer of type Input");
  const auto blobs = file.Outputs();
  const bool hinted = std::any_of(blobs.begin(), blobs.end(), [&](int blob) {
    return file.Producer(blob).params.count(kShapeHintParam) > 0;
  });
  for (const int blob : blobs) {
    const auto& layer = file.Producer(blob);
    // Outputs of a layer that nobody asked for have no hint, if there are hints at all.
    if (hinted && !layer.params.count(kShapeHintParam)) continue;
    output_blobs_.push_back(blob);
    outputs_.push_back({NameOf(file, blob, layer), DataType::kFloat32,
                        OutputShape(layer, static_cast<size_t>(blob - layer.outputs[0]), batch)});
  }
  MMDEPLOY_ENSURE(!outputs_.empty(), Code::kNotSupported, "the network has no output");
  precision_ = ExecutedPrecision(file, net_.opt);
  return {};
}

Result<std::unique_ptr<Request>> NcnnNet::CreateRequest() const {
  return std::make_unique<NcnnRequest>(shared_from_this());
}

}  // namespace mmdeploy::ncnn
