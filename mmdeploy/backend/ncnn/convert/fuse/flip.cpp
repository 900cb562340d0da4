#include <algorithm>

#include "mmdeploy/backend/ncnn/convert/fuse/replace.h"
#include "mmdeploy/backend/ncnn/convert/layout.h"
#include "mmdeploy/graph/passes/facts.h"

// A Slice that turns whole axes round is a Flip:
//
//   y = Slice(x, {-1}, {lowest}, {2}, {-1})      y = ncnn::Flip<axes=[2]>(x)

namespace mmdeploy::ncnn_convert {

using graph::Match;
using graph::Value;

namespace {

// From the last element to the first one, of an axis whose size may be open.
bool TurnsRound(int64_t start, int64_t end, int64_t step, std::optional<int64_t> size) {
  constexpr int64_t kLowest = -(int64_t{1} << 30);
  if (step != -1) return false;
  const bool from_last = start == -1 || (size && start >= *size - 1);
  const bool to_first = end <= kLowest || (size && end < -*size);
  return from_last && to_first;
}

bool ToFlip(const Match& match) {
  const graph::Node& node = *match.root();
  const Value* x = match["x"];
  const auto starts = graph::ConstantInts(node.input(1));
  const auto ends = graph::ConstantInts(node.input(2));
  const auto axes = graph::ConstantInts(node.input(3));
  const auto steps = graph::ConstantInts(node.input(4));
  if (!starts || !ends || !axes || !steps || !x->type.dims || axes->empty()) return false;
  if (starts->size() != axes->size() || ends->size() != axes->size() ||
      steps->size() != axes->size()) {
    return false;
  }
  std::vector<int64_t> flipped;
  for (size_t i = 0; i < axes->size(); ++i) {
    const auto axis = PositiveAxis(*x, (*axes)[i]);
    if (!axis) return false;
    const auto size = graph::KnownDim(x, static_cast<size_t>(*axis));
    if (!TurnsRound((*starts)[i], (*ends)[i], (*steps)[i], size)) return false;
    if (size != 1) flipped.push_back(*axis);
  }
  std::sort(flipped.begin(), flipped.end());
  if (flipped.empty() || std::adjacent_find(flipped.begin(), flipped.end()) != flipped.end()) {
    return false;
  }
  ReplaceBy(match, "Flip", {match["x"]})->Set("axes", flipped);
  return true;
}

}  // namespace

Result<int64_t> fuse_flip(graph::Model* model) {
  return Rewrite(model,
                 {{"y = Slice(x, const starts, const ends, const axes, const steps)", ToFlip}});
}

}  // namespace mmdeploy::ncnn_convert
