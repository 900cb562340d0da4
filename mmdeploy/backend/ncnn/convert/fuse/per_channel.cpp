#include <array>

#include "mmdeploy/backend/ncnn/convert/fuse/replace.h"
#include "mmdeploy/graph/passes/facts.h"

// ncnn applies a row of numbers to the channels of an image, one each, without a Reshape:
//
//   r = Reshape(s, {1,c,1,1})            y = ncnn::PerChannel<op="Mul">(x, s)
//   y = Mul(x, r)

namespace mmdeploy::ncnn_convert {

using graph::Match;
using graph::Value;

namespace {

// [1,c,..] of more dimensions than a row of c numbers.
bool IsImage(const Value& x, int64_t channels) {
  const auto rank = graph::Rank(&x);
  return rank && *rank >= 3 && *rank <= 5 && graph::KnownDim(&x, 0) == 1 &&
         graph::KnownDim(&x, 1) == channels;
}

bool Fuse(const Match& match) {
  const Value* row = match["s"];
  const Value* shaped = match["r"];
  const Value* x = match["x"];
  const auto channels = graph::KnownDim(row, 1);
  if (graph::Rank(row) != 2 || graph::KnownDim(row, 0) != 1 || !channels || row->constant()) {
    return false;
  }
  if (x->constant() || !IsImage(*x, *channels) || !IsImage(*shaped, *channels)) return false;
  if (graph::Rank(shaped) != graph::Rank(x)) return false;
  for (size_t axis = 2; axis < *graph::Rank(shaped); ++axis) {
    if (graph::KnownDim(shaped, axis) != 1) return false;
  }
  const bool first = match.root()->input(0) == shaped;
  const std::string op = match.root()->op();
  const std::vector<Value*> inputs = first ? std::vector<Value*>{match["s"], match["x"]}
                                           : std::vector<Value*>{match["x"], match["s"]};
  ReplaceBy(match, "PerChannel", inputs)->Set("op", op);
  return true;
}

}  // namespace

Result<int64_t> fuse_per_channel(graph::Model* model) {
  return Rewrite(model, {{"shared r = Reshape(s, _)  y = Add|Sub|Mul|Div(x, r)", Fuse},
                         {"shared r = Reshape(s, _)  y = Add|Sub|Mul|Div(r, x)", Fuse}});
}

}  // namespace mmdeploy::ncnn_convert
