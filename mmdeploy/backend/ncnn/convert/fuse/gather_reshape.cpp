#include "mmdeploy/backend/ncnn/convert/fuse/replace.h"
#include "mmdeploy/graph/passes/facts.h"

// One index of an axis that a Reshape splits off the last one is a range of the last one: so a
// value of five dimensions becomes one of four. Attentions over windows need it.
//
//   r = Reshape(x, {n,t,3,h,d})          s = Slice(x, {h*d*i}, {h*d*(i+1)}, {-1})
//   y = Gather<axis=2>(r, {i})           y = Reshape(s, {n,t,h,d})

namespace mmdeploy::ncnn_convert {

using graph::Match;
using graph::Value;

namespace {

Value* AddInts(const Match& match, const std::vector<int64_t>& values) {
  const auto count = static_cast<int64_t>(values.size());
  return match.graph()->AddConstant(graph::TensorData::Make<int64_t>({count}, values));
}

// The axis of `split` with which the parts of the last dimension begin; -1 if there is none.
int64_t FirstPart(int64_t last, const std::vector<int64_t>& split) {
  int64_t size = 1;
  for (auto axis = static_cast<int64_t>(split.size()) - 1; axis >= 0; --axis) {
    size *= split[axis];
    if (size >= last) return size == last ? axis : -1;
  }
  return -1;
}

bool Exchange(const Match& match) {
  Value* x = match["x"];
  if (!x->type.dims || !match["r"]->type.dims || match["i"]->constant()->rank() != 0) return false;
  const auto from = graph::KnownDims(*x->type.dims);
  auto split = graph::KnownDims(*match["r"]->type.dims);
  const auto index = graph::ConstantInts(match["i"]);
  const int64_t axis = match.root()->Int("axis", 0);
  if (!from || from->empty() || !split || !index) return false;
  const int64_t i = index->front();
  if (FirstPart(from->back(), *split) != axis || i < 0 || i >= (*split)[axis]) return false;
  const int64_t size = from->back() / (*split)[axis];
  const std::string& name = match["y"]->name();
  Value* slice = match.graph()->AddOp(
      "Slice",
      {x, AddInts(match, {i * size}), AddInts(match, {(i + 1) * size}), AddInts(match, {-1})},
      match.root(), name);
  slice->type = x->type;
  slice->type.dims->back() = size;
  split->erase(split->begin() + axis);
  Value* y = match.graph()->AddOp("Reshape", {slice, AddInts(match, *split)}, match.root(), name);
  y->type = match["y"]->type;
  Replace(match, y);
  return true;
}

}  // namespace

Result<int64_t> fuse_gather_reshape(graph::Model* model) {
  return Rewrite(model, {{"shared r = Reshape(x, _)  y = Gather(r, const i)", Exchange}});
}

}  // namespace mmdeploy::ncnn_convert
