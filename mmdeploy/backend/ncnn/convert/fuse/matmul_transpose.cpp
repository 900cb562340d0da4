#include "mmdeploy/backend/ncnn/convert/fuse/replace.h"
#include "mmdeploy/backend/ncnn/convert/layout.h"
#include "mmdeploy/graph/passes/facts.h"

// ncnn's product transposes its second matrix itself:
//
//   t = Transpose<perm=[0,2,1]>(b)       y = ncnn::MatMul<transB=1>(a, b)
//   y = MatMul(a, t)

namespace mmdeploy::ncnn_convert {

using graph::Match;
using graph::Value;

namespace {

bool ExchangesLast(const std::vector<int64_t>& perm) {
  const auto rank = static_cast<int64_t>(perm.size());
  for (int64_t i = 0; i < rank; ++i) {
    const int64_t expected = i == rank - 1 ? rank - 2 : i == rank - 2 ? rank - 1 : i;
    if (perm[static_cast<size_t>(i)] != expected) return false;
  }
  return rank >= 2;
}

bool Exchange(const Match& match) {
  const Value* b = match["b"];
  if (b->constant() || !graph::Rank(b) || !ExchangesLast(match.node("t")->Ints("perm")))
    return false;
  // The batch, which blobs have not, is not exchanged.
  if (*graph::Rank(b) == 2 && DropsBatch(*b)) return false;
  if (*graph::Rank(b) == 2 && graph::KnownDim(match["t"], 0) == 1) return false;
  ReplaceBy(match, "MatMul", {match["a"], match["b"]})->Set("transB", int64_t{1});
  return true;
}

}  // namespace

Result<int64_t> fuse_matmul_transpose(graph::Model* model) {
  return Rewrite(model, {{"t = Transpose(b)  y = MatMul(a, t)", Exchange}});
}

}  // namespace mmdeploy::ncnn_convert
