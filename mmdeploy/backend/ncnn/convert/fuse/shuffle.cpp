#include "mmdeploy/backend/ncnn/convert/fuse/replace.h"

// ShuffleChannel, PixelShuffle and Reorg for Reshape, Transpose and Reshape:
//
//   r = Reshape(x, {1,g,c/g,h,w})        y = ncnn::ShuffleChannel<group=g>(x)
//   t = Transpose<perm=[0,2,1,3,4]>(r)
//   y = Reshape(t, {1,c,h,w})

namespace mmdeploy::ncnn_convert {

using graph::Dims;
using graph::Match;
using graph::Value;

namespace {

using Sizes = std::vector<int64_t>;

std::optional<Sizes> SizesOf(const Value* value) {
  if (!value->type.dims) return {};
  return graph::KnownDims(*value->type.dims);
}

struct Shapes {
  Sizes x, r, y, perm;
};

bool IsShuffle(const Shapes& s) {
  return s.x == s.y && s.perm == Sizes{0, 2, 1, 3, 4} && s.r[0] == 1 && s.r[3] == s.x[2] &&
         s.r[4] == s.x[3];
}

// c,r,r,h,w
bool IsPixelShuffle(const Shapes& s) {
  return s.perm == Sizes{0, 1, 4, 2, 5, 3} && s.r[0] == 1 && s.r[2] == s.r[3] && s.r[4] == s.x[2] &&
         s.r[5] == s.x[3] && s.y == Sizes{1, s.r[1], s.x[2] * s.r[2], s.x[3] * s.r[2]};
}

// c,h,s,w,s
bool IsReorg(const Shapes& s) {
  return s.perm == Sizes{0, 1, 3, 5, 2, 4} && s.r[0] == 1 && s.r[3] == s.r[5] && s.r[1] == s.x[1] &&
         s.y == Sizes{1, s.x[1] * s.r[3] * s.r[3], s.r[2], s.r[4]};
}

bool Fuse(const Match& match) {
  const auto x = SizesOf(match["x"]);
  const auto r = SizesOf(match["r"]);
  const auto y = SizesOf(match["y"]);
  if (!x || !r || !y || x->size() != 4 || x->front() != 1 || y->size() != 4) return false;
  const Shapes shapes = {*x, *r, *y, match.node("t")->Ints("perm")};
  if (shapes.perm.size() != r->size()) return false;
  if (r->size() == 5 && IsShuffle(shapes)) {
    ReplaceBy(match, "ShuffleChannel", {match["x"]})->Set("group", (*r)[1]);
    return true;
  }
  if (r->size() == 6 && IsPixelShuffle(shapes)) {
    ReplaceBy(match, "PixelShuffle", {match["x"]})->Set("upscale_factor", (*r)[2]);
    return true;
  }
  if (r->size() == 6 && IsReorg(shapes)) {
    ReplaceBy(match, "Reorg", {match["x"]})->Set("stride", (*r)[3]);
    return true;
  }
  return false;
}

}  // namespace

Result<int64_t> fuse_shuffle(graph::Model* model) {
  return Rewrite(model, {{"r = Reshape(x, _)  t = Transpose(r)  y = Reshape(t, _)", Fuse}});
}

}  // namespace mmdeploy::ncnn_convert
