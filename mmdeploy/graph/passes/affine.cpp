#include "mmdeploy/graph/passes/affine.h"

#include <cmath>

#include "mmdeploy/base/half.h"
#include "mmdeploy/graph/passes/facts.h"

namespace mmdeploy::graph {

namespace {

// Weights as rows of `inner` consecutive elements; element row r belongs to channel ChannelOf(r).
struct Layout {
  size_t channels = 0;
  size_t rows = 0;
  size_t inner = 0;
  size_t rows_per_group = 0;      // ConvTranspose: input channels of a group
  size_t channels_per_group = 0;  // ConvTranspose
};

std::optional<Layout> LayoutOf(const Node& node) {
  const Value* weight = node.input(1);
  if (!node.domain().empty() || !weight || !weight->constant() || !weight->single_use()) {
    return std::nullopt;
  }
  const std::vector<int64_t>& dims = weight->constant()->dims();
  if (dims.size() < 2 || weight->constant()->num_elements() == 0) return std::nullopt;
  const auto d0 = static_cast<size_t>(dims[0]);
  const auto d1 = static_cast<size_t>(dims[1]);
  const auto inner = static_cast<size_t>(weight->constant()->num_elements()) / (d0 * d1);
  Layout layout;
  if (node.op() == "Conv" || (node.op() == "Gemm" && node.Int("transB", 0) != 0)) {
    layout = {d0, d0, d1 * inner, 1, 1};
  } else if (node.op() == "Gemm") {
    layout = {d1, d0 * d1, 1, d0, d1};
  } else if (node.op() == "ConvTranspose") {
    const int64_t groups = node.Int("group", 1);
    if (groups < 1 || dims[0] % groups != 0) return std::nullopt;
    layout = {d1 * static_cast<size_t>(groups), d0 * d1, inner, d0 / static_cast<size_t>(groups),
              d1};
  } else {
    return std::nullopt;
  }
  return layout;
}

// Channel of row `row`: rows are channels, or pairs (input channel, channel of its group).
size_t ChannelOf(const Layout& layout, size_t row) {
  if (layout.rows == layout.channels && layout.rows_per_group == 1) return row;
  const size_t group = row / layout.channels_per_group / layout.rows_per_group;
  return group * layout.channels_per_group + row % layout.channels_per_group;
}

// How T stores a number; uint16_t is float16.
template <class T>
double Load(T element) {
  return element;
}
template <>
double Load(uint16_t element) {
  return HalfToFloat(element);
}
template <class T>
T Store(double number) {
  return static_cast<T>(number);
}
template <>
uint16_t Store(double number) {
  return FloatToHalf(static_cast<float>(number));
}

template <class T>
TensorPtr ScaleAs(const TensorData& weight, const Layout& layout,
                  const std::vector<double>& scale) {
  std::string bytes(weight.bytes());
  auto* elements = reinterpret_cast<T*>(bytes.data());
  for (size_t row = 0; row < layout.rows; ++row) {
    const double factor = scale[ChannelOf(layout, row)];
    for (size_t i = 0; i < layout.inner; ++i) {
      T& element = elements[row * layout.inner + i];
      element = Store<T>(Load(element) * factor);
      if (!std::isfinite(Load(element))) return nullptr;
    }
  }
  return TensorData::Own(weight.type(), weight.dims(), std::move(bytes));
}

// nullptr for other types, and for results that are not finite.
TensorPtr Scale(const TensorData& weight, const Layout& layout, const std::vector<double>& scale) {
  switch (weight.type()) {
    case ElementType::kFloat16:
      return ScaleAs<uint16_t>(weight, layout, scale);
    case ElementType::kFloat32:
      return ScaleAs<float>(weight, layout, scale);
    case ElementType::kFloat64:
      return ScaleAs<double>(weight, layout, scale);
    default:
      return nullptr;
  }
}

// The bias per channel, zero if there is none; nullopt if it is not constant.
std::optional<std::vector<double>> BiasOf(const Node& node, size_t channels) {
  const Value* bias = node.input(2);
  if (!bias) return std::vector<double>(channels, 0.0);
  if (!bias->constant() || bias->constant()->type() != node.input(1)->constant()->type()) {
    return std::nullopt;
  }
  auto numbers = PerChannel(bias, channels, 0);
  if (!numbers || node.op() != "Gemm") return numbers;
  for (double& number : *numbers) number *= node.Float("beta", 1);
  return numbers;
}

}  // namespace

std::optional<size_t> OutputChannels(const Node& node) {
  const std::optional<Layout> layout = LayoutOf(node);
  return layout ? std::optional(layout->channels) : std::nullopt;
}

size_t DimsAfterChannels(const Node& node) {
  return node.op() == "Gemm" ? 0 : node.input(1)->constant()->rank() - 2;
}

std::optional<std::vector<double>> PerChannel(const Value* constant, size_t channels,
                                              size_t dims_after) {
  if (!constant || !constant->constant() || !IsFloat(constant)) return std::nullopt;
  const TensorData& data = *constant->constant();
  if (data.rank() > dims_after + 2) return std::nullopt;
  for (size_t i = 0; i < data.rank(); ++i) {
    const int64_t dim = data.dims()[data.rank() - 1 - i];
    const bool is_channel = i == dims_after && dim == static_cast<int64_t>(channels);
    if (dim != 1 && !is_channel) return std::nullopt;
  }
  std::optional<std::vector<double>> numbers = data.Numbers();
  if (numbers && numbers->size() == 1) numbers->resize(channels, numbers->front());
  return numbers;
}

bool ApplyAffine(Node* node, const Affine& affine) {
  const std::optional<Layout> layout = LayoutOf(*node);
  if (!layout) return false;
  std::optional<std::vector<double>> bias = BiasOf(*node, layout->channels);
  if (!bias) return false;
  bool has_bias = node->input(2) != nullptr;
  for (size_t c = 0; c < bias->size(); ++c) {
    (*bias)[c] = (*bias)[c] * affine.scale[c] + affine.shift[c];
    has_bias = has_bias || (*bias)[c] != 0;
  }
  const TensorData& weight = *node->input(1)->constant();
  TensorPtr scaled = Scale(weight, *layout, affine.scale);
  TensorPtr shifted = MakeFloats(weight.type(), {static_cast<int64_t>(layout->channels)}, *bias);
  if (!scaled || !shifted) return false;
  Graph* graph = node->graph();
  const std::string name = node->input(1)->name();
  node->SetInput(1, graph->AddConstant(std::move(scaled), name));
  if (!has_bias) return true;
  const std::string bias_name = node->input(2) ? node->input(2)->name() : name + "_bias";
  node->SetInput(2, graph->AddConstant(std::move(shifted), bias_name));
  if (node->op() == "Gemm") node->Unset("beta");
  return true;
}

}  // namespace mmdeploy::graph
