// Recurrent layers: data [steps, batch, features], weights [directions, gates*hidden, features].

#include "mmdeploy/graph/infer/rules.h"

namespace mmdeploy::graph {

namespace {

Result<Dim> ReadDirections(InferContext& c) {
  const std::string direction = c.String("direction", "forward");
  if (direction == "forward" || direction == "reverse") return Dim(1);
  if (direction == "bidirectional") return Dim(2);
  return c.Fail("attribute 'direction' is '{}', allowed forward, reverse, bidirectional",
                direction);
}

Result<void> Recurrent(InferContext& c) {
  for (size_t i = 0; i < 3; ++i) MMDEPLOY_TRYV(c.ExpectRank(i, 3));
  MMDEPLOY_TRY(const Dim directions, ReadDirections(c));
  const bool batch_first = c.Int("layout", 0) != 0;
  Dim hidden, steps, batch;
  if (c.dims(2)) hidden = (*c.dims(2))[2];
  if (const int64_t size = c.Int("hidden_size", 0); c.node().Find("hidden_size")) {
    if (size < 1) return c.Fail("attribute 'hidden_size' is {}, allowed 1 or more", size);
    MMDEPLOY_TRY(hidden, c.Same("'hidden_size' and columns of the recurrent weight", size, hidden));
  }
  if (c.dims(0)) {
    steps = (*c.dims(0))[batch_first ? 1 : 0];
    batch = (*c.dims(0))[batch_first ? 0 : 1];
  }
  const Dims last = batch_first ? Dims{batch, directions, hidden} : Dims{directions, batch, hidden};
  c.Set(0, c.element(0),
        batch_first ? Dims{batch, steps, directions, hidden}
                    : Dims{steps, directions, batch, hidden});
  c.Set(1, c.element(0), last);
  c.Set(2, c.element(0), last);
  return {};
}

constexpr InferRule kRules[] = {
    {"GRU", 3, 6, kFloats, Recurrent},
    {"LSTM", 3, 8, kFloats, Recurrent},
    {"RNN", 3, 6, kFloats, Recurrent},
    // Exported for ncnn.
    {"LSTM", 3, 8, kFloats, Recurrent, "ncnn"},
};

}  // namespace

Span<const InferRule> RecurrentRules() { return kRules; }

}  // namespace mmdeploy::graph
