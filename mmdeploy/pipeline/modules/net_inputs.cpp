#include "mmdeploy/pipeline/modules/net_inputs.h"

#include <algorithm>

#include "mmdeploy/backend/session.h"
#include "mmdeploy/base/half.h"
#include "mmdeploy/base/suggest.h"

namespace mmdeploy {
namespace {

// Axes that both shapes tell, if they agree in all of them; else -1.
int CommonAxes(const Shape& a, const Shape& b) {
  if (a.size() != b.size()) return -1;
  int common = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    if (a[i] < 0 || b[i] < 0) continue;
    if (a[i] != b[i]) return -1;
    ++common;
  }
  return common;
}

// What to change in the transforms when the image has its channels at the wrong end; "" if that is
// not what is wrong. Open sizes fit anything, so the end that agrees with more of what is known
// counts.
std::string LayoutAdvice(const Shape& made, const Shape& taken) {
  if (made.size() != 4) return "";
  const Shape planar{made[0], made[3], made[1], made[2]};
  const Shape interleaved{made[0], made[2], made[3], made[1]};
  const int as_made = CommonAxes(made, taken);
  const int as_planar = CommonAxes(planar, taken);
  const int as_interleaved = CommonAxes(interleaved, taken);
  if (as_planar > std::max(as_made, as_interleaved)) {
    return "the network takes batch x channels x height x width: put ImageToTensor before Collect";
  }
  if (as_interleaved > std::max(as_made, as_planar)) {
    return "the network takes batch x height x width x channels: leave out ImageToTensor, and put "
           "Normalize in place of DefaultFormatBundle";
  }
  return "";
}

std::string TypeAdvice(DataType made, DataType taken) {
  if (taken == DataType::kUint8 && made == DataType::kFloat32) {
    return "; leave out Normalize, and DefaultFormatBundle or its img_to_float";
  }
  if (AtBorder(taken) == DataType::kFloat32 && made == DataType::kUint8) {
    return "; put Normalize before Collect";
  }
  return "";
}

Result<void> CheckOne(const TensorInfo& input, const StaticTensor& made) {
  const DataType dtype = made.dtype.value_or(AtBorder(input.dtype));
  MMDEPLOY_ENSURE(dtype == AtBorder(input.dtype), Code::kFail,
                  "input '{}' has element type {}, the network takes {}{}", input.name, Name(dtype),
                  Name(input.dtype), TypeAdvice(dtype, input.dtype));
  if (made.shape.empty()) return {};  // nothing known
  const std::string advice = LayoutAdvice(made.shape, input.shape);
  MMDEPLOY_ENSURE(advice.empty(), Code::kFail, "input '{}' has shape {}, the network takes {}; {}",
                  input.name, Name(made.shape), Describe(input), advice);
  return CheckInput(input, input.dtype, made.shape);
}

std::string ListMade(const std::string& key, const std::vector<StaticTensor>& made) {
  if (made.empty()) return "nothing; end its transforms with Collect, whose `keys` name it";
  std::vector<std::string> names;
  for (const StaticTensor& tensor : made) names.push_back(tensor.name);
  return ListAllowed(key, names) + "; name the right one in input_map";
}

template <class To, class From, class Convert>
Result<Tensor> Converted(const Tensor& tensor, DataType dtype, BufferPool* pool, Convert convert) {
  MMDEPLOY_TRY(Tensor out, Tensor::Allocate(dtype, tensor.shape(), pool));
  const From* begin = tensor.data<From>();
  std::transform(begin, begin + tensor.num_elements(), out.data<To>(), convert);
  return out;
}

}  // namespace

Result<void> CheckProvided(const EdgeType& provided, const std::vector<TensorInfo>& inputs,
                           const std::vector<std::string>& keys, const JsonPath& path) {
  if (!provided.tensors) return {};
  const auto& made = *provided.tensors;
  for (size_t i = 0; i < inputs.size(); ++i) {
    const auto it = std::find_if(made.begin(), made.end(), [&](const StaticTensor& tensor) {
      return tensor.name == keys[i];
    });
    MMDEPLOY_ENSURE(it != made.end(), Code::kFail,
                    "{}: the network's input '{}' takes '{}', which preprocessing does not make; "
                    "it makes: {}",
                    path.str(), inputs[i].name, keys[i], ListMade(keys[i], made));
    if (auto checked = CheckOne(inputs[i], *it); !checked) {
      return MakeError(checked.error().In(
          fmt::format("{}: what preprocessing makes does not fit the network", path.str())));
    }
  }
  return {};
}

Result<void> CheckBatch(const std::vector<TensorInfo>& inputs, int batch_size,
                        const std::string& where) {
  for (const TensorInfo& input : inputs) {
    if (batch_size == 1 || input.shape.empty()) continue;
    const int64_t most = !input.max_shape.empty() ? input.max_shape[0] : input.shape[0];
    MMDEPLOY_ENSURE(most < 0 || most >= batch_size, Code::kFail,
                    "{}: {} items are to share a call, but the network's input '{}' is {}; set it "
                    "to 1, or convert the network with an open first axis",
                    where, batch_size, input.name, Describe(input));
  }
  return {};
}

Result<void> CheckDynamic(const std::vector<TensorInfo>& inputs, const NetSpec& spec) {
  const auto is_fixed = [](const TensorInfo& input) {
    return !input.shape.empty() && input.shape.is_static();
  };
  const bool fixed = !inputs.empty() && std::all_of(inputs.begin(), inputs.end(), is_fixed);
  MMDEPLOY_ENSURE(!spec.dynamic_shape || !fixed, Code::kFail,
                  "dynamic_shape is true in deploy.json, but the network's input '{}' is {} and "
                  "nothing else; set it to false, or convert the network with open axes",
                  inputs[0].name, Describe(inputs[0]));
  return {};
}

DataType AtBorder(DataType dtype) {
  return dtype == DataType::kFloat16 ? DataType::kFloat32 : dtype;
}

std::vector<StaticTensor> TensorsAtBorder(const std::vector<TensorInfo>& infos,
                                          const std::vector<std::string>& names) {
  std::vector<StaticTensor> tensors;
  for (size_t i = 0; i < infos.size(); ++i) {
    const DataType dtype = AtBorder(infos[i].dtype);
    const Device device = dtype == infos[i].dtype ? infos[i].device : Device();
    tensors.push_back({names[i], dtype, infos[i].shape, device});
  }
  return tensors;
}

Result<Tensor> ToNetwork(const Tensor& tensor, const TensorInfo& taken, BufferPool* pool) {
  if (taken.dtype != DataType::kFloat16) return tensor;
  Tensor half = tensor;
  if (tensor.dtype() == DataType::kFloat32) {
    MMDEPLOY_TRY(half, (Converted<uint16_t, float>(tensor, taken.dtype, pool, FloatToHalf)));
  }
  return ToDevice(half, taken.device, pool);
}

Result<Tensor> FromNetwork(const Tensor& tensor, BufferPool* pool) {
  if (tensor.dtype() != DataType::kFloat16) return tensor;
  MMDEPLOY_TRY(const Tensor half, ToDevice(tensor, Device(), pool));
  return Converted<float, uint16_t>(half, DataType::kFloat32, pool, HalfToFloat);
}

}  // namespace mmdeploy
