#include "mmdeploy/codebase/head.h"

#include <algorithm>
#include <cmath>

#include "mmdeploy/base/suggest.h"

namespace mmdeploy {

#define MMDEPLOY_HEAD(folder) std::vector<HeadType> folder##_heads();
#include "mmdeploy/codebase/head_list.inc"
#undef MMDEPLOY_HEAD

const std::vector<HeadType>& HeadTypes() {
  static const auto* types = [] {
    auto* all = new std::vector<HeadType>;
    const auto add = [&](std::vector<HeadType> rows) {
      all->insert(all->end(), rows.begin(), rows.end());
    };
#define MMDEPLOY_HEAD(folder) add(folder##_heads());
#include "mmdeploy/codebase/head_list.inc"
#undef MMDEPLOY_HEAD
    return all;
  }();
  return *types;
}

std::vector<std::string> CodebaseNames() {
  std::vector<std::string> names;
  for (const auto& type : HeadTypes()) {
    if (std::find(names.begin(), names.end(), type.codebase) == names.end()) {
      names.push_back(type.codebase);
    }
  }
  return names;
}

Result<std::unique_ptr<Module>> CreateHead(const std::string& codebase, JsonReader& args,
                                           const ModuleEnv& env) {
  static const Json* const kNoParams = new Json(Json::object());
  std::string component;
  args.Require("component", &component);
  args.Describe("params", "object", "{}");
  const Json* params = args.Find("params");
  MMDEPLOY_TRYV(args.Finish());
  std::vector<std::string> known;
  for (const auto& type : HeadTypes()) {
    if (type.codebase != codebase) continue;
    if (type.component == component) {
      JsonReader reader(params ? *params : *kNoParams, args.path() / "params", env.notes);
      reader.AcceptAnyKey();
      return type.create(reader, env);
    }
    known.push_back(type.component);
  }
  return MakeError(Code::kNotSupported, "{}: unknown component '{}' of {}, known: {}",
                   (args.path() / "component").str(), component, codebase,
                   ListAllowed(component, known));
}

namespace {

std::string Names(const std::vector<DataType>& types) {
  std::string text;
  for (const DataType type : types) {
    text += (text.empty() ? "" : ", ") + std::string(Name(type));
  }
  return text;
}

Result<void> CheckOutput(const StaticTensor& info, const OutputSpec& spec, const JsonPath& path) {
  const bool type = !info.dtype || std::find(spec.dtypes.begin(), spec.dtypes.end(), *info.dtype) !=
                                       spec.dtypes.end();
  const bool rank = info.shape.empty() || info.shape.size() >= spec.min_rank;
  MMDEPLOY_ENSURE(type && rank, Code::kFail,
                  "{}: the network's output '{}' is {} {}, expected {} of {} or more dimensions; "
                  "name the right output in output_map of the Net",
                  path.str(), spec.name, info.dtype ? Name(*info.dtype) : "?", Name(info.shape),
                  Names(spec.dtypes), spec.min_rank);
  return {};
}

Result<const Tensor*> FindOutput(const NamedTensors& tensors, const std::string& name) {
  if (const Tensor* tensor = Find(tensors, name)) return tensor;
  std::vector<std::string> found;
  for (const auto& [key, unused] : tensors) found.push_back(key);
  return MakeError(Code::kFail, "the network has no output '{}', found: {}", name,
                   ListAllowed(name, found));
}

template <class T>
Result<std::vector<int>> ToLabels(const Tensor& tensor, const std::string& name) {
  std::vector<int> labels;
  for (int64_t i = 0; i < tensor.num_elements(); ++i) {
    MMDEPLOY_TRY(const int label, ToLabel(static_cast<double>(tensor.data<T>()[i]), name, i));
    labels.push_back(label);
  }
  return labels;
}

}  // namespace

const std::vector<StaticTensor>* KnownOutputs(const ModuleEnv& env) {
  if (env.inputs.empty() || !env.inputs.back().kinds.Has(Kind::kTensors)) return nullptr;
  return env.inputs.back().tensors ? &*env.inputs.back().tensors : nullptr;
}

bool MayHaveOutput(const ModuleEnv& env, const std::string& name) {
  if (!KnownOutputs(env)) return true;
  const auto& infos = *KnownOutputs(env);
  return std::any_of(infos.begin(), infos.end(),
                     [&](const StaticTensor& info) { return info.name == name; });
}

Result<void> CheckTakesImage(const ModuleEnv& env, const JsonPath& path) {
  MMDEPLOY_ENSURE(env.inputs.size() == 2, Code::kFail,
                  "{}: {} inputs, expected the preprocessed image and the network's outputs",
                  path.str(), env.inputs.size());
  return {};
}

Result<void> CheckOutputs(const ModuleEnv& env, const JsonPath& path,
                          const std::vector<OutputSpec>& specs) {
  const std::vector<StaticTensor>* infos = KnownOutputs(env);
  if (!infos) return {};
  std::vector<std::string> found;
  for (const StaticTensor& info : *infos) found.push_back(info.name);
  for (const OutputSpec& spec : specs) {
    const auto it = std::find(found.begin(), found.end(), spec.name);
    if (it == found.end() && spec.optional) continue;
    MMDEPLOY_ENSURE(it != found.end(), Code::kFail,
                    "{}: this component reads the network's output '{}', found: {}; name the right "
                    "one in output_map of the Net",
                    path.str(), spec.name, ListAllowed(spec.name, found));
    const auto& info = (*infos)[static_cast<size_t>(it - found.begin())];
    MMDEPLOY_TRYV(CheckOutput(info, spec, path));
  }
  return {};
}

namespace {

// Where the first NaN is, -1 if there is none. A block is looked at without leaving it early, which
// compilers make vectors of: maps of scores have millions of elements.
int64_t FirstNaN(const float* data, int64_t count) {
  constexpr int64_t kBlock = 1024;
  for (int64_t begin = 0; begin < count; begin += kBlock) {
    const int64_t end = std::min(begin + kBlock, count);
    int found = 0;
    for (int64_t i = begin; i < end; ++i) found |= data[i] != data[i];
    if (!found) continue;
    return std::find_if(data + begin, data + end, [](float value) { return std::isnan(value); }) -
           data;
  }
  return -1;
}

}  // namespace

Result<const Tensor*> RequireFloats(const NamedTensors& tensors, const std::string& name,
                                    size_t min_rank) {
  MMDEPLOY_TRY(const Tensor* tensor, FindOutput(tensors, name));
  MMDEPLOY_ENSURE(tensor->dtype() == DataType::kFloat32 && tensor->shape().size() >= min_rank,
                  Code::kFail, "output '{}' is {}, expected float32 of {} or more dimensions", name,
                  Describe(*tensor), min_rank);
  return tensor;
}

Result<void> RequireNumbers(const Tensor& tensor, const std::string& name) {
  const int64_t bad = FirstNaN(tensor.data<float>(), tensor.num_elements());
  MMDEPLOY_ENSURE(bad < 0, Code::kFail,
                  "output '{}' ({}) holds NaN, first at element {}; check the network with "
                  "`mmdeploy verify`",
                  name, Describe(tensor), bad);
  return {};
}

Result<const Tensor*> RequireOutput(const NamedTensors& tensors, const std::string& name,
                                    size_t min_rank) {
  MMDEPLOY_TRY(const Tensor* tensor, RequireFloats(tensors, name, min_rank));
  MMDEPLOY_TRYV(RequireNumbers(*tensor, name));
  return tensor;
}

Result<int> ToLabel(double value, const std::string& name, int64_t element) {
  const bool whole = value >= -1 && value <= (1 << 30) && value == std::floor(value);
  MMDEPLOY_ENSURE(whole, Code::kFail, "output '{}' holds {} at element {}, which is no label", name,
                  value, element);
  return static_cast<int>(value);
}

Result<std::vector<int>> RequireLabels(const NamedTensors& tensors, const std::string& name) {
  MMDEPLOY_TRY(const Tensor* tensor, FindOutput(tensors, name));
  switch (tensor->dtype()) {
    case DataType::kFloat32:
      return ToLabels<float>(*tensor, name);
    case DataType::kInt32:
      return ToLabels<int32_t>(*tensor, name);
    case DataType::kInt64:
      return ToLabels<int64_t>(*tensor, name);
    default:
      return MakeError(Code::kFail, "output '{}' is {}, expected float32, int32 or int64", name,
                       Describe(*tensor));
  }
}

}  // namespace mmdeploy
