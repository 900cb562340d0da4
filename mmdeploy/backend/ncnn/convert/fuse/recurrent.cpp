#include "mmdeploy/backend/ncnn/convert/fuse/replace.h"
#include "mmdeploy/backend/ncnn/convert/layout.h"
#include "mmdeploy/graph/passes/facts.h"

// Recurrent layers of ncnn read and make [T,...] without the axis of directions and with the batch
// of 1 wherever it is, so what brings ONNX's order about is not needed:
//
//   h = LSTM(Transpose<perm=[1,0,2]>(x), w, r)      y = ncnn::LSTM(x, w, r)
//   q = Reshape(Transpose<perm=[0,2,1,3]>(h), _)
//   y = Transpose<perm=[1,0,2]>(q)

namespace mmdeploy::ncnn_convert {

using graph::Match;
using graph::Node;

namespace {

// The layer makes the root's value from now on.
bool TakeOver(const Match& match) {
  Node* layer = match.node("h");
  if (!IsSequence(*match["y"])) return false;
  layer->set_op(layer->op(), "ncnn");
  layer->output()->type = match["y"]->type;
  Replace(match, layer->output());
  return true;
}

// Directions are neighbours in ncnn's result; several are exchanged with the batch first.
bool JoinDirections(const Match& match) {
  const auto directions = graph::KnownDim(match["h"], 1);
  const bool joined =
      graph::KnownDim(match["h"], 2) == 1 && directions && graph::KnownDim(match["y"], 2) &&
      graph::KnownDim(match["h"], 3).value_or(0) * *directions == *graph::KnownDim(match["y"], 2);
  return joined && TakeOver(match);
}

bool DropLeadingTranspose(const Match& match) {
  if (!IsSequence(*match["x"])) return false;
  match.root()->SetInput(0, match["x"]);
  return true;
}

}  // namespace

Result<int64_t> fuse_recurrent(graph::Model* model) {
  return Rewrite(
      model,
      {{"h = LSTM|GRU|RNN(...)  y = Reshape(Transpose<perm=[0,2,1,3]>(h), _)", JoinDirections},
       {"h = LSTM|GRU|RNN(...)  y = Squeeze(h, [1])", JoinDirections},
       {"h = LSTM|GRU|RNN(...)  y = Squeeze<axes=[1]>(h)", JoinDirections},
       {"h = ncnn::LSTM|GRU|RNN(...)  y = Transpose<perm=[1,0,2]>(h)", TakeOver},
       {"t = Transpose<perm=[1,0,2]>(x)  y = ncnn::LSTM|GRU|RNN(t, ...)", DropLeadingTranspose}});
}

}  // namespace mmdeploy::ncnn_convert
