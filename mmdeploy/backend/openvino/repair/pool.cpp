#include <algorithm>

#include "mmdeploy/backend/openvino/repair/build.h"
#include "mmdeploy/backend/openvino/repair/repair.h"

// Pooling that rounds up (ceil_mode). A window counts if it starts in the image or in the padding
// in front of it; OpenVINO also has those that start in the padding behind it, and averages of
// windows that count their padding divide by too much. Both become windows that round down over
// explicit pads.

namespace mmdeploy::openvino {

using graph::Node;
using graph::Value;

namespace {

// One axis of a pooling window.
struct Axis {
  int64_t kernel = 1;  // with its dilation
  int64_t stride = 1;
  int64_t begin = 0, end = 0;   // pads
  std::optional<int64_t> size;  // of the image

  // No window can start behind the image.
  bool is_safe() const { return stride + end <= kernel; }
  // Windows that count.
  int64_t count() const {
    const int64_t room = std::max<int64_t>(*size + begin + end - kernel, 0);
    int64_t windows = (room + stride - 1) / stride + 1;
    if ((windows - 1) * stride >= *size + begin) --windows;
    return windows;
  }
  // What lies behind the image in the last window; less than 0 where no window reaches the end.
  int64_t reach() const { return (count() - 1) * stride + kernel - *size - begin; }
};

std::vector<Axis> AxesOf(const Node& node) {
  const std::vector<int64_t> kernel = node.Ints("kernel_shape");
  const size_t n = kernel.size();
  const std::vector<int64_t> strides = node.Ints("strides", std::vector<int64_t>(n, 1));
  const std::vector<int64_t> dilations = node.Ints("dilations", std::vector<int64_t>(n, 1));
  std::vector<int64_t> pads = node.Ints("pads", std::vector<int64_t>(2 * n, 0));
  if (strides.size() != n || dilations.size() != n || pads.size() != 2 * n) return {};
  if (node.String("auto_pad", "NOTSET") == "VALID") pads.assign(2 * n, 0);
  std::vector<Axis> axes(n);
  for (size_t i = 0; i < n; ++i) {
    axes[i].kernel = (kernel[i] - 1) * dilations[i] + 1;
    axes[i].stride = std::max<int64_t>(strides[i], 1);
    axes[i].begin = pads[i];
    axes[i].end = pads[n + i];
    axes[i].size = graph::KnownDim(node.input(0), i + 2);
  }
  return axes;
}

bool IsSame(const Node& node) {
  const std::string pad = node.String("auto_pad", "NOTSET");
  return pad == "SAME_UPPER" || pad == "SAME_LOWER";
}

// ONNX Runtime forgets the dilation when it counts such windows, OpenVINO does not. Nor do they
// agree where steps that round up leave out pixels.
Result<void> RefuseUnclearSame(const Node& node, const std::vector<Axis>& axes) {
  const bool leaves_out = std::any_of(axes.begin(), axes.end(),
                                      [](const Axis& axis) { return axis.stride > axis.kernel; });
  const bool unclear = node.Is("AveragePool") || node.Int("ceil_mode", 0) != 0;
  MMDEPLOY_ENSURE(!leaves_out || !unclear, Code::kNotSupported,
                  "auto_pad with strides larger than the kernel is understood in several ways; "
                  "give pads");
  for (const int64_t dilation : node.Ints("dilations")) {
    MMDEPLOY_ENSURE(dilation == 1, Code::kNotSupported,
                    "auto_pad with dilations is understood in several ways; give pads");
  }
  return {};
}

bool AllKnown(const std::vector<Axis>& axes) {
  return std::all_of(axes.begin(), axes.end(), [](const Axis& axis) { return axis.size; });
}

bool AllSafe(const std::vector<Axis>& axes) {
  return std::all_of(axes.begin(), axes.end(), [](const Axis& axis) { return axis.is_safe(); });
}

void SetPads(const std::vector<Axis>& axes, Node* node) {
  std::vector<int64_t> pads;
  for (const Axis& axis : axes) pads.push_back(axis.begin);
  for (const Axis& axis : axes) pads.push_back(axis.end);
  node->Unset("auto_pad");
  node->Set("pads", pads);
}

Result<void> NeedSizes() {
  return MakeError(Code::kNotSupported,
                   "with ceil_mode, and strides and pads that let windows start behind the image, "
                   "it needs fixed sizes; fix them (--shape, --input_shape)");
}

// As SAME_UPPER and SAME_LOWER mean them.
void SetSamePads(bool upper, std::vector<Axis>* axes) {
  for (Axis& axis : *axes) {
    const int64_t windows = (*axis.size + axis.stride - 1) / axis.stride;
    const int64_t total =
        std::max<int64_t>((windows - 1) * axis.stride + axis.kernel - *axis.size, 0);
    axis.begin = upper ? total / 2 : total - total / 2;
    axis.end = total - axis.begin;
  }
}

// The windows whose padding counts, over an image that has its padding of zeros.
void PadExplicitly(std::vector<Axis>* axes, Node* node) {
  std::vector<int64_t> begins{0, 0}, ends{0, 0};
  for (Axis& axis : *axes) {
    const int64_t behind = axis.size ? std::min(axis.end, axis.reach()) : axis.end;
    begins.push_back(axis.begin);
    ends.push_back(std::max<int64_t>(behind, 0));
    axis.end = axis.size ? std::max<int64_t>(axis.reach() - axis.end, 0) : 0;
    axis.begin = 0;
  }
  std::vector<int64_t> pads = begins;
  pads.insert(pads.end(), ends.begin(), ends.end());
  node->SetInput(0, Add("Pad", {node->input(0), AddInts(pads, node)}, node));
  node->Unset("count_include_pad");
}

}  // namespace

Result<bool> RepairMaxPool(Node* node) {
  std::vector<Axis> axes = AxesOf(*node);
  const bool indices = node->num_outputs() > 1 && node->output(1)->has_uses();
  if (IsSame(*node)) {
    MMDEPLOY_TRYV(RefuseUnclearSame(*node, axes));
    if (!indices || axes.empty()) return false;
    MMDEPLOY_ENSURE(AllKnown(axes), Code::kNotSupported,
                    "indices with auto_pad need fixed sizes; fix them, or give pads");
    SetSamePads(node->String("auto_pad", "") == "SAME_UPPER", &axes);
    node->Unset("ceil_mode");
    SetPads(axes, node);
    return true;
  }
  if (node->Int("ceil_mode", 0) == 0 || AllSafe(axes)) return false;
  if (!AllKnown(axes)) return MakeError(NeedSizes().error());
  for (Axis& axis : axes) axis.end = std::max<int64_t>(axis.reach(), 0);
  node->Unset("ceil_mode");
  SetPads(axes, node);
  return true;
}

Result<bool> RepairAveragePool(Node* node) {
  std::vector<Axis> axes = AxesOf(*node);
  if (IsSame(*node)) MMDEPLOY_TRYV(RefuseUnclearSame(*node, axes));
  if (IsSame(*node) || node->Int("ceil_mode", 0) == 0) return false;
  const bool counts = node->Int("count_include_pad", 0) != 0;
  if (!counts && AllSafe(axes)) return false;
  if (!AllSafe(axes) && !AllKnown(axes)) return MakeError(NeedSizes().error());
  const bool known = AllKnown(axes);
  if (!known) {
    for (Axis& axis : axes) axis.size.reset();
  }
  if (counts) {
    MMDEPLOY_ENSURE(OpsetOf(*node) >= 11, Code::kNotSupported,
                    "count_include_pad with ceil_mode is calculated from operator set 11 on");
    PadExplicitly(&axes, node);
  } else {
    for (Axis& axis : axes) axis.end = std::max<int64_t>(axis.reach(), 0);
  }
  if (known) node->Unset("ceil_mode");
  SetPads(axes, node);
  return true;
}

}  // namespace mmdeploy::openvino
