#include "mmdeploy/backend/ncnn/layer_checks.h"

#include <algorithm>

#include "mmdeploy/backend/ncnn/layer_rules.h"
#include "mmdeploy/backend/ncnn/window.h"
#include "mmdeploy/base/suggest.h"

namespace mmdeploy::ncnn {
namespace {

bool IsRecurrent(const ParamLayer& layer) {
  return layer.type == "RNN" || layer.type == "GRU" || layer.type == "LSTM";
}

int WeightCountId(const ParamLayer& layer) {
  if (IsConvolution(layer)) return 6;
  if (IsRecurrent(layer)) return 1;
  if (layer.type == "InnerProduct" || layer.type == "MultiHeadAttention") return 2;
  if (layer.type == "Embed") return 3;
  if (layer.type == "BatchNorm" || layer.type == "Bias" || layer.type == "Scale" ||
      layer.type == "PReLU") {
    return 0;
  }
  // Without factors and summands they have no weights, whatever their size says.
  if (layer.type == "InstanceNorm" || layer.type == "LayerNorm" || layer.type == "RMSNorm") {
    return layer.Int(2, 1) ? 0 : -1;
  }
  if (layer.type == "GroupNorm") return layer.Int(3, 1) ? 1 : -1;
  if (layer.type == "Normalize") return 3;
  if (layer.type == "Padding") return 6;
  return -1;
}

Result<void> CheckConvolution(const ParamLayer& layer) {
  const int64_t window = WindowElements(layer), group = GroupOf(layer);
  const int64_t outputs = layer.Int(0, 0), weights = layer.Int(6, 0);
  MMDEPLOY_ENSURE(window > 0 && outputs > 0 && weights > 0, Code::kFail,
                  "num_output, kernel_w or weight_data_size (parameters 0, 1, 6) is missing");
  MMDEPLOY_ENSURE(outputs % group == 0, Code::kFail, "group {} does not divide num_output {}",
                  group, outputs);
  const int64_t per_input = window * (outputs / group);
  MMDEPLOY_ENSURE(per_input <= weights && weights % (per_input * group) == 0, Code::kFail,
                  "weight_data_size {} does not fit num_output {}, group {} and a kernel of {}",
                  weights, outputs, group, window);
  for (const int id : {4, 14, 15, 16, 17, 24}) {
    const int pad = layer.Int(id, 0);
    MMDEPLOY_ENSURE(pad >= 0 || pad <= -233, Code::kFail,
                    "padding {} (parameter {}) is negative; allowed: 0 and more, -233, -234", pad,
                    id);
  }
  return {};
}

Result<void> CheckActivation(const ParamLayer& layer) {
  constexpr std::array<size_t, 7> kCounts = {0, 0, 1, 2, 0, 0, 2};
  const size_t needed = kCounts[static_cast<size_t>(layer.Int(9, 0))];
  MMDEPLOY_ENSURE(layer.Array(10).size() >= needed, Code::kFail,
                  "activation_params (parameter 10) has {} numbers, activation_type {} takes {}",
                  layer.Array(10).size(), layer.Int(9, 0), needed);
  return {};
}

Result<void> CheckProduct(const ParamLayer& layer, int weights_id, int64_t rows) {
  const int64_t weights = layer.Int(weights_id, 0);
  MMDEPLOY_ENSURE(rows > 0 && weights > 0 && weights % rows == 0, Code::kFail,
                  "weight_data_size {} is no multiple of {}, which the other parameters ask for",
                  weights, rows);
  return {};
}

Result<void> CheckRecurrent(const ParamLayer& layer) {
  const int gates = layer.type == "LSTM" ? 4 : layer.type == "GRU" ? 3 : 1;
  const int64_t directions = layer.Int(2, 0) == 2 ? 2 : 1;
  const int outputs = layer.Int(0, 0);
  const int hidden = layer.type == "LSTM" ? layer.Int(3, outputs) : outputs;
  return CheckProduct(layer, 1, directions * gates * hidden);
}

Result<void> CheckAttention(const ParamLayer& layer) {
  const int embed = layer.Int(0, 0), heads = layer.Int(1, 1);
  MMDEPLOY_ENSURE(embed > 0 && embed % heads == 0, Code::kFail,
                  "num_heads {} does not divide embed_dim {}", heads, embed);
  MMDEPLOY_ENSURE(layer.inputs.size() - layer.Int(5, 0) >= 1, Code::kFail,
                  "attn_mask takes one more input");
  return CheckProduct(layer, 2, embed);
}

Result<void> CheckGemm(const ParamLayer& layer) {
  const int64_t m = layer.Int(7, 0), n = layer.Int(8, 0), k = layer.Int(9, 0);
  const bool a = layer.Int(4, 0), b = layer.Int(5, 0), c = layer.Int(6, 0);
  MMDEPLOY_ENSURE((!a || (m && k)) && (!b || (n && k)), Code::kFail,
                  "a constant matrix needs its size in constantM, constantN, constantK");
  MMDEPLOY_ENSURE(!c || (layer.Int(10, 0) < 1 || m || n), Code::kFail,
                  "constantC needs its size in constantM, constantN");
  const size_t needed = 2u - a - b;
  MMDEPLOY_ENSURE(layer.inputs.size() >= needed && layer.inputs.size() <= needed + !c, Code::kFail,
                  "{} inputs, the constants leave {}", layer.inputs.size(), needed);
  return {};
}

Result<void> CheckSlice(const ParamLayer& layer) {
  const size_t slices = layer.Array(0).size(), indices = layer.Array(2).size();
  const size_t outputs = layer.outputs.size();
  MMDEPLOY_ENSURE(slices == outputs || (indices > 0 && indices + 1 == outputs), Code::kFail,
                  "{} slices for {} outputs", slices, outputs);
  return {};
}

Result<void> CheckYolo(const ParamLayer& layer) {
  const auto num_box = static_cast<size_t>(layer.Int(1, 3));
  const size_t masks = num_box * layer.inputs.size(), biases = layer.Array(4).size();
  bool fits = layer.Array(5).size() >= masks && layer.Array(6).size() >= layer.inputs.size();
  for (const double mask : layer.Array(5)) {
    fits = fits && mask >= 0 && 2 * mask + 1 < static_cast<double>(biases);
  }
  MMDEPLOY_ENSURE(fits, Code::kFail,
                  "biases, mask or anchors_scale (parameters 4, 5, 6) do not "
                  "fit {} boxes of {} inputs",
                  num_box, layer.inputs.size());
  return {};
}

Result<void> CheckPriorBox(const ParamLayer& layer) {
  const size_t min = layer.Array(0).size(), max = layer.Array(1).size();
  MMDEPLOY_ENSURE(min > 0 && (max == 0 || max == min), Code::kFail, "{} min_sizes and {} max_sizes",
                  min, max);
  return {};
}

Result<void> CheckMemoryData(const ParamLayer& layer, size_t bin_bytes) {
  int64_t count = 1;
  for (const int id : {0, 1, 11, 2}) {
    count *= std::max(1, layer.Int(id, 1));
    MMDEPLOY_ENSURE(static_cast<size_t>(count) <= bin_bytes, Code::kFail,
                    "its data is larger than the weights file of {} bytes", bin_bytes);
  }
  return {};
}

// What parameters say about each other.
Result<void> CheckAgreement(const ParamLayer& layer, size_t bin_bytes) {
  const int id = WeightCountId(layer);
  const int64_t weights = id < 0 ? 0 : layer.Int(id, 0);
  MMDEPLOY_ENSURE(weights <= static_cast<int64_t>(bin_bytes), Code::kFail,
                  "has {} weights, the weights file has {} bytes; do both files belong together?",
                  weights, bin_bytes);
  if (IsConvolution(layer)) MMDEPLOY_TRYV(CheckConvolution(layer));
  if (IsConvolution(layer) || layer.type == "InnerProduct") MMDEPLOY_TRYV(CheckActivation(layer));
  if (layer.type == "InnerProduct") return CheckProduct(layer, 2, layer.Int(0, 0));
  if (IsRecurrent(layer)) return CheckRecurrent(layer);
  if (layer.type == "MultiHeadAttention") return CheckAttention(layer);
  if (layer.type == "Embed") {
    return CheckProduct(layer, 3, int64_t{layer.Int(0, 0)} * layer.Int(1, 0));
  }
  if (layer.type == "Gemm") return CheckGemm(layer);
  if (layer.type == "Slice") return CheckSlice(layer);
  if (layer.type == "PriorBox") return CheckPriorBox(layer);
  if (layer.type == "Yolov3DetectionOutput") return CheckYolo(layer);
  if (layer.type == "MemoryData") return CheckMemoryData(layer, bin_bytes);
  if (layer.type == "GroupNorm") {
    MMDEPLOY_ENSURE(layer.Int(1, 0) % layer.Int(0, 1) == 0, Code::kFail,
                    "group {} does not divide channels {}", layer.Int(0, 1), layer.Int(1, 0));
  }
  if (layer.type == "BinaryOp") {
    const bool scalar = layer.Int(1, 0) != 0;
    MMDEPLOY_ENSURE(layer.inputs.size() == (scalar ? 1u : 2u), Code::kFail,
                    "{} inputs with with_scalar={}", layer.inputs.size(), scalar ? 1 : 0);
  }
  if (layer.type == "Scale") {
    const bool dynamic = layer.Int(0, 0) == -233;
    MMDEPLOY_ENSURE(layer.inputs.size() == (dynamic ? 2u : 1u) && (dynamic || layer.Int(0, 0) > 0),
                    Code::kFail, "{} inputs with scale_data_size {}", layer.inputs.size(),
                    layer.Int(0, 0));
  }
  return {};
}

}  // namespace

Result<void> CheckLayers(const ParamFile& file, size_t bin_bytes, const std::string& name) {
  for (const auto& layer : file.layers) {
    const auto* rule = FindLayerRule(layer.type);
    MMDEPLOY_ENSURE(rule, Code::kNotSupported,
                    "'{}', line {}: ncnn has no layer of type '{}', known: {}", name, layer.line,
                    layer.type, ListAllowed(layer.type, KnownLayerTypes()));
    if (auto checked = CheckParams(layer, *rule); !checked) {
      return MakeError(checked.error().In(fmt::format("'{}'", name)));
    }
    if (auto checked = CheckAgreement(layer, bin_bytes); !checked) {
      return MakeError(checked.error().In(fmt::format("'{}': {}", name, Describe(layer))));
    }
  }
  return {};
}

}  // namespace mmdeploy::ncnn
