#include "mmdeploy/backend/ncnn/convert/fuse/replace.h"
#include "mmdeploy/graph/passes/facts.h"

// Unfold for torch.nn.functional.unfold, which exporters write as two Gathers by rows and columns
// of the windows, {{0,s,..},{d,s+d,..},..}:
//
//   p = Pad(x, _)                        y = ncnn::Unfold<kernel, strides, dilations, pads>(x)
//   a = Gather<axis=2>(p, rows)
//   b = Gather<axis=4>(a, columns)
//   y = Reshape(Transpose<perm=[0,1,2,4,3,5]>(b), _)

namespace mmdeploy::ncnn_convert {

using graph::Match;
using graph::Value;

namespace {

// Windows along one axis.
struct Windows {
  int64_t kernel = 1, dilation = 1, stride = 1, count = 1;
};

// Indices [kernel,count] of all windows that fit into `size` elements.
std::optional<Windows> WindowsOf(const Value* indices, std::optional<int64_t> size) {
  const auto values = graph::ConstantInts(indices);
  if (!values || values->empty() || !size || indices->constant()->rank() != 2) return {};
  Windows windows;
  windows.kernel = indices->constant()->dims()[0];
  windows.count = indices->constant()->dims()[1];
  if (windows.kernel > 1) windows.dilation = (*values)[static_cast<size_t>(windows.count)];
  if (windows.count > 1) windows.stride = (*values)[1];
  if (windows.dilation < 1 || windows.stride < 1) return {};
  for (int64_t k = 0; k < windows.kernel; ++k) {
    for (int64_t i = 0; i < windows.count; ++i) {
      const int64_t index = k * windows.dilation + i * windows.stride;
      if ((*values)[static_cast<size_t>(k * windows.count + i)] != index) return {};
    }
  }
  const int64_t extent = (windows.kernel - 1) * windows.dilation + 1;
  if (extent > *size) return {};
  // One window says nothing of a stride: one that leaves no room for a second.
  if (windows.count == 1) windows.stride = *size;
  return (*size - extent) / windows.stride + 1 == windows.count ? std::optional(windows)
                                                                : std::nullopt;
}

// Zeros around the image, {rows, columns} before and behind.
struct Pads {
  std::vector<int64_t> begins = {0, 0}, ends = {0, 0};
};

std::optional<Pads> PadsOf(const graph::Node& pad) {
  const auto pads = graph::IntsOf(pad, "pads", 1);
  if (!pads || pads->size() != 8 || pad.input(3) || pad.String("mode", "constant") != "constant") {
    return {};
  }
  if (pad.Float("value", 0) != 0 || (pad.input(2) && !graph::IsFilledWith(pad.input(2), 0))) {
    return {};
  }
  if ((*pads)[0] != 0 || (*pads)[1] != 0 || (*pads)[4] != 0 || (*pads)[5] != 0) return {};
  for (int64_t value : *pads) {
    if (value < 0) return {};
  }
  return Pads{{(*pads)[2], (*pads)[3]}, {(*pads)[6], (*pads)[7]}};
}

bool ToUnfold(const Match& match, Value* padded, Value* x, const Pads& pads) {
  const auto rows = WindowsOf(match["i"], graph::KnownDim(padded, 2));
  const auto columns = WindowsOf(match["j"], graph::KnownDim(padded, 3));
  const auto channels = graph::KnownDim(x, 1);
  const Value* y = match["y"];
  if (!rows || !columns || !channels || graph::Rank(x) != 4 || graph::KnownDim(x, 0) != 1) {
    return false;
  }
  if (graph::Rank(y) != 3 || graph::KnownDim(y, 0) != 1 ||
      graph::KnownDim(y, 1) != *channels * rows->kernel * columns->kernel ||
      graph::KnownDim(y, 2) != rows->count * columns->count) {
    return false;
  }
  graph::Node* unfold = ReplaceBy(match, "Unfold", {x});
  unfold->Set("kernel", std::vector<int64_t>{rows->kernel, columns->kernel});
  unfold->Set("dilations", std::vector<int64_t>{rows->dilation, columns->dilation});
  unfold->Set("strides", std::vector<int64_t>{rows->stride, columns->stride});
  unfold->Set("begins", pads.begins);
  unfold->Set("ends", pads.ends);
  return true;
}

bool Padded(const Match& match) {
  const auto pads = PadsOf(*match.node("p"));
  return pads && ToUnfold(match, match["p"], match["x"], *pads);
}

bool Plain(const Match& match) { return ToUnfold(match, match["x"], match["x"], {}); }

}  // namespace

Result<int64_t> fuse_unfold(graph::Model* model) {
  return Rewrite(model, {{R"(
    p = Pad(x, ...)
    a = Gather<axis=2>(p, const i)
    b = Gather<axis=4>(a, const j)
    y = Reshape(Transpose<perm=[0,1,2,4,3,5]>(b), _)
  )",
                          Padded},
                         {R"(
    a = Gather<axis=2>(x, const i)
    b = Gather<axis=4>(a, const j)
    y = Reshape(Transpose<perm=[0,1,2,4,3,5]>(b), _)
  )",
                          Plain}});
}

}  // namespace mmdeploy::ncnn_convert
