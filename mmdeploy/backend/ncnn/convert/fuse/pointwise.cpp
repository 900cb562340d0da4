#include <algorithm>

#include "mmdeploy/backend/ncnn/convert/fuse/build.h"
#include "mmdeploy/graph/passes/facts.h"

// What is done to images of one pixel is done to a row of numbers: ncnn's poolings over all make
// one anyway, and InnerProduct is faster than Convolution.
//
//   p = GlobalAveragePool(x)             r = ncnn::GlobalPool(x)
//   y = Conv(p, w, b)                    l = Gemm<transB=1>(r, w, b)
//                                        y = Reshape(l, {1,n,1,1})

namespace mmdeploy::ncnn_convert {

using graph::Dims;
using graph::Node;
using graph::Value;

namespace {

bool AreAll(const std::vector<int64_t>& values, int64_t value) {
  return std::all_of(values.begin(), values.end(), [&](int64_t v) { return v == value; });
}

// [1,c,1,..] with a known c.
bool IsPixel(const Value& value) {
  if (!value.type.dims || value.type.dims->size() < 3) return false;
  const auto dims = graph::KnownDims(*value.type.dims);
  return dims && (*dims)[0] == 1 && AreAll({dims->begin() + 2, dims->end()}, 1);
}

// Over all spatial dimensions, which are kept.
bool IsGlobalMean(const Node& node) {
  const auto rank = graph::Rank(node.input(0));
  auto axes = graph::IntsOf(node, "axes", 1);
  if (!node.Is("ReduceMean") || !rank || *rank < 3 || !axes) return false;
  if (!graph::IsFloat(node.output())) return false;  // whole numbers are cut off
  for (int64_t& axis : *axes) axis += axis < 0 ? static_cast<int64_t>(*rank) : 0;
  std::sort(axes->begin(), axes->end());
  if (axes->size() != *rank - 2) return false;
  for (size_t i = 0; i < axes->size(); ++i) {
    if ((*axes)[i] != static_cast<int64_t>(i) + 2) return false;
  }
  return true;
}

bool FusePool(Node* node) {
  const bool average = node->Is("GlobalAveragePool") || IsGlobalMean(*node);
  if (!average && !node->Is("GlobalMaxPool")) return false;
  Value* x = node->input(0);
  const auto rank = graph::Rank(x);
  const auto channels = x ? graph::KnownDim(x, 1) : std::nullopt;
  if (!rank || *rank < 3 || *rank > 5 || graph::KnownDim(x, 0) != 1 || !channels) return false;
  if (!node->output()->type.dims) return false;
  Value* row = AddNcnn("GlobalPool", {x}, {1, *channels}, node, node->output()->name());
  row->producer()->set_name(node->name());
  row->producer()->Set("average", int64_t{average});
  Value* y = row;
  if (row->type.dims != node->output()->type.dims) {
    y = AddReshape(row, *node->output()->type.dims, node, node->output()->name());
  }
  graph::ReplaceNode(node, y);
  return true;
}

bool FuseConv(Node* node) {
  Value* x = node->input(0);
  const Value* weight = node->input(1);
  if (!node->Is("Conv") || !x || !weight || !weight->constant() || !IsPixel(*x)) return false;
  const std::vector<int64_t>& dims = weight->constant()->dims();
  if (dims.size() < 3 || !AreAll({dims.begin() + 2, dims.end()}, 1)) return false;
  const std::string pad = node->String("auto_pad", "NOTSET");
  if (node->Int("group", 1) != 1 || !AreAll(node->Ints("pads"), 0) || pad != "NOTSET") return false;
  if (graph::KnownDim(x, 1) != dims[1] || !IsPixel(*node->output())) return false;
  const auto reshaped = weight->constant()->Reshaped({dims[0], dims[1]});
  std::vector<Value*> inputs = {AddReshape(x, {1, dims[1]}, node, x->name()),
                                node->graph()->AddConstant(reshaped)};
  if (node->input(2)) inputs.push_back(node->input(2));
  Value* row = node->graph()->AddOp("Gemm", inputs, node, node->output()->name());
  row->producer()->set_name(node->name());
  row->producer()->Set("transB", int64_t{1});
  row->type = x->type;
  row->type.dims = Dims{1, dims[0]};
  graph::ReplaceNode(node, AddReshape(row, *node->output()->type.dims, node, row->name()));
  return true;
}

}  // namespace

Result<int64_t> fuse_pointwise(graph::Model* model) {
  int64_t count = 0;
  for (Node* node : model->graph()->Nodes()) count += FusePool(node) || FuseConv(node);
  return count;
}

}  // namespace mmdeploy::ncnn_convert
