#include "mmdeploy/backend/torchscript/net.h"

#include <torch/csrc/jit/ir/alias_analysis.h>
#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/passes/inliner.h>
#include <torch/csrc/jit/runtime/graph_iterator.h>
#include <torch/csrc/jit/serialization/import.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <string_view>

#include "mmdeploy/backend/options.h"
#include "mmdeploy/backend/torchscript/archive.h"
#include "mmdeploy/backend/torchscript/guard.h"
#include "mmdeploy/backend/torchscript/request.h"
#include "mmdeploy/backend/torchscript/threads.h"
#include "mmdeploy/base/dynamic_library.h"
#include "mmdeploy/base/fork.h"
#include "mmdeploy/base/log.h"

namespace mmdeploy::torchscript {
namespace {

constexpr const char* kOpsLibrary = "libmmdeploy_torchscript_ops.so";

Result<bool> ReadOptimizeOption(const NetOptions& options) {
  MMDEPLOY_TRYV(CheckOptionNames("torchscript", options, {kOptimizeOption}));
  const auto it = options.engine.find(kOptimizeOption);
  if (it == options.engine.end()) return true;
  MMDEPLOY_ENSURE(it->second == "0" || it->second == "1", Code::kInvalidArgument,
                  "engine option '{}' is '{}', allowed: '0', '1'", kOptimizeOption, it->second);
  return it->second == "1";
}

Result<void> CheckOptions(const std::string& name, const NetOptions& options) {
  MMDEPLOY_ENSURE(
      options.trusted, Code::kNotSupported,
      "'{}' is TorchScript, which carries code, and runs only if you trust it; say so by --trust "
      "(command), trusted=True (Python), mmdeploy_context_set_trusted (C) or "
      "Context::SetTrusted (C++)",
      name);
  return CheckIsCpu("torchscript", options);
}

// Custom operators register themselves when their library is opened: the file of
// MMDEPLOY_TORCHSCRIPT_OPS_LIBRARY, else the one that lies beside this plug-in, if there is one.
Result<void> OpenOpsLibrary() {
  std::string path = (std::filesystem::path(ThisLibraryFolder()) / kOpsLibrary).string();
  if (const char* user = std::getenv("MMDEPLOY_TORCHSCRIPT_OPS_LIBRARY")) {
    path = user;
  } else if (std::error_code error; !std::filesystem::exists(path, error)) {
    return {};
  }
  MMDEPLOY_TRYV(Guard(fmt::format("use the custom operators of '{}'", path),
                      [&] { return DynamicLibrary::Open(path); }));
  Log(LogLevel::kInfo, "torchscript: custom operators of '{}'", path);
  return {};
}

// What optimize_for_inference of PyTorch 1.13 makes wrong: in MKL-DNN's blocked layouts its kernels
// of these operators give other numbers when the channels do not fill their blocks.
constexpr std::array<std::string_view, 8> kWrongWhenOptimized{
    "hardtanh",  "hardtanh_",  "relu6",       "relu6_",
    "hardswish", "hardswish_", "hardsigmoid", "hardsigmoid_"};

// MKL-DNN refuses images that are no multiple of the number of bins.
bool MayHaveUnevenBins(const torch::jit::Node* node) {
  if (std::string_view(node->kind().toUnqualString()) != "adaptive_avg_pool2d") return false;
  const auto size = torch::jit::toIValue(node->input(1));
  if (!size || !size->isIntList()) return true;
  const auto sides = size->toIntVector();
  return std::any_of(sides.begin(), sides.end(), [](int64_t side) { return side != 1; });
}

bool IsWrongWhenOptimized(const torch::jit::Module& module) {
  auto graph = module.get_method("forward").graph()->copy();
  torch::jit::Inline(*graph);
  torch::jit::DepthFirstGraphNodeIterator nodes(graph);
  while (const torch::jit::Node* node = nodes.next()) {
    const std::string_view kind = node->kind().toUnqualString();
    if (std::count(kWrongWhenOptimized.begin(), kWrongWhenOptimized.end(), kind)) return true;
    if (MayHaveUnevenBins(node)) return true;
  }
  return false;
}

// How many tensors `forward` takes and gives.
Result<Signature> SignatureOfForward(const torch::jit::Module& module) {
  const auto& schema = module.get_method("forward").function().getSchema();
  const auto& results = schema.returns();
  MMDEPLOY_ENSURE(results.size() == 1, Code::kNotSupported, "forward gives {} values, expected 1",
                  results.size());
  const auto& type = *results[0].type();
  size_t count = 1;
  if (type.kind() == c10::TypeKind::TupleType) {
    count = type.containedTypes().size();
  } else {
    MMDEPLOY_ENSURE(type.kind() == c10::TypeKind::TensorType, Code::kNotSupported,
                    "forward gives {}, supported: Tensor, Tuple[Tensor, ...]", type.str());
  }
  return GuessSignature(schema.arguments().size() - 1, count);  // the first one is self
}

}  // namespace

Result<std::shared_ptr<const Net>> TorchscriptNet::Load(const NetFiles& files,
                                                        const NetOptions& options) {
  MMDEPLOY_TRYV(CheckOptions(files.net.name, options));
  MMDEPLOY_TRY(const bool optimize, ReadOptimizeOption(options));
  std::shared_ptr<TorchscriptNet> net(new TorchscriptNet);
  Result<void> ready;
  // LibTorch folds constants and packs weights by OpenMP.
  RunOnOwnThread([&] {
    ready = net->ReadModule(files.net);
    if (ready) ready = net->Optimize(optimize, files.net.name);
    if (ready) ready = net->FindWrites(files.net.name);
  });
  if (!ready) return MakeError(ready.error());
  net->num_threads_ = CallThreads(options);
  LimitBlasThreads(net->num_threads_);
  net->max_concurrent_runs_ = ConcurrentCalls(net->num_threads_);
  return std::shared_ptr<const Net>(std::move(net));
}

Result<void> TorchscriptNet::ReadModule(const NetFile& file) {
  static const auto* ops = new Result<void>(OpenOpsLibrary());
  MMDEPLOY_TRYV(*ops);
  torch::jit::ExtraFilesMap extra{{kSignatureFile, ""}};
  const auto what = fmt::format("load '{}'", file.name);
  MMDEPLOY_TRY(const Bytes bytes, file.Content());
  if (auto checked = CheckArchive(bytes, file.name); !checked) {
    return MakeError(checked.error().In(fmt::format("torchscript cannot {}", what)));
  }
  MMDEPLOY_TRY(module_, Guard(what, [&] {
                 ByteStream stream(bytes);
                 return torch::jit::load(stream, at::Device(at::kCPU), extra);
               }));
  MMDEPLOY_ENSURE(module_.find_method("forward"), Code::kNotSupported,
                  "torchscript cannot {}: the module has no method 'forward'", what);
  const auto& text = extra[kSignatureFile];
  auto signature = text.empty()
                       ? SignatureOfForward(module_)
                       : ReadSignature(text, fmt::format("{}/{}", file.name, kSignatureFile));
  if (!signature) {
    return MakeError(signature.error().In(fmt::format("torchscript cannot {}", what)));
  }
  signature_ = std::move(*signature);
  return {};
}

Result<void> TorchscriptNet::Optimize(bool for_inference, const std::string& name) {
  return Guard(fmt::format("optimise '{}'", name), [&] {
    module_.eval();
    // A frozen module has lost this attribute; it cannot be frozen again.
    if (module_.hasattr("training")) module_ = torch::jit::freeze(module_);
    if (for_inference && !IsWrongWhenOptimized(module_)) {
      module_ = torch::jit::optimize_for_inference(module_);
    }
  });
}

Result<void> TorchscriptNet::FindWrites(const std::string& name) {
  return Guard(fmt::format("analyse '{}'", name), [&] {
    const auto graph = module_.get_method("forward").graph()->copy();
    torch::jit::Inline(*graph);
    const torch::jit::AliasDb aliases(graph);
    for (size_t i = 0; i < inputs().size(); ++i) {
      writes_.push_back(aliases.hasWriters(graph->inputs().at(i + 1)));  // the first one is self
    }
  });
}

c10::IValue TorchscriptNet::Forward(std::vector<c10::IValue> inputs) const {
  return module_.get_method("forward")(std::move(inputs));
}

Result<std::unique_ptr<Request>> TorchscriptNet::CreateRequest() const {
  return std::make_unique<TorchscriptRequest>(*this);
}

}  // namespace mmdeploy::torchscript
