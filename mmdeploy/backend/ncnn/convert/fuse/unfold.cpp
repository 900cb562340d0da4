#include "mmdeploy/backend/ncnn/convert/fuse/replace.h"
#include "mmdeploy/graph/passes/facts.h"

// Reorg for torch.nn.functional.unfold with blocks that lie side by side, which exporters write as
// two Gathers by rows and columns of the blocks, {{0,s,..},{1,s+1,..},..}:
//
//   a = Gather<axis=2>(x, rows)          r = ncnn::Reorg<stride=s>(x)
//   b = Gather<axis=4>(a, columns)       y = Reshape(r, _)
//   y = Reshape(Transpose<perm=[0,1,2,4,3,5]>(b), _)

namespace mmdeploy::ncnn_convert {

using graph::Match;
using graph::Value;

namespace {

// The size of blocks that cover `size` elements without gaps; 0 for other indices.
int64_t BlockSize(const Value* indices, std::optional<int64_t> size) {
  const auto values = graph::ConstantInts(indices);
  if (!values || !size || indices->constant()->rank() != 2) return 0;
  const int64_t stride = indices->constant()->dims()[0];
  const int64_t blocks = indices->constant()->dims()[1];
  if (stride < 2 || stride * blocks != *size) return 0;
  for (int64_t i = 0; i < *size; ++i) {
    if ((*values)[i] != i / blocks + i % blocks * stride) return 0;
  }
  return stride;
}

bool ToReorg(const Match& match) {
  Value* x = match["x"];
  const int64_t stride = BlockSize(match["i"], graph::KnownDim(x, 2));
  const auto channels = graph::KnownDim(x, 1);
  if (stride == 0 || BlockSize(match["j"], graph::KnownDim(x, 3)) != stride) return false;
  if (graph::Rank(x) != 4 || graph::KnownDim(x, 0) != 1 || !channels) return false;
  graph::Node* reorg = match.graph()->AddNode("Reorg", {x}, match.root(), "ncnn");
  reorg->Set("stride", stride);
  Value* blocks = reorg->AddOutput(match["y"]->name());
  blocks->type = x->type;
  blocks->type.dims = graph::Dims{1, *channels * stride * stride, *graph::KnownDim(x, 2) / stride,
                                  *graph::KnownDim(x, 3) / stride};
  match.root()->SetInput(0, blocks);
  return true;
}

}  // namespace

Result<int64_t> fuse_unfold(graph::Model* model) {
  return Rewrite(model, {{R"(
    a = Gather<axis=2>(x, const i)
    b = Gather<axis=4>(a, const j)
    y = Reshape(Transpose<perm=[0,1,2,4,3,5]>(b), _)
  )",
                          ToReorg}});
}

}  // namespace mmdeploy::ncnn_convert
