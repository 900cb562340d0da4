#include "mmdeploy/graph/passes/facts.h"
#include "mmdeploy/graph/passes/pass.h"

// First states of recurrent layers that are zero, which is what they are without one:
//
//   h = ConstantOfShape({1,N,4})         y = GRU(x, w, r, b)
//   y = GRU(x, w, r, b, , h)

namespace mmdeploy::graph {

namespace {

// What has the elements of the value, however long the way there is.
const Value* SourceOf(const Value* value) {
  while (value && value->producer()) {
    const Node* node = value->producer();
    if (!node->Is("Expand") && !node->Is("Identity")) break;
    value = node->input(0);
  }
  return value;
}

bool IsZero(const Value* value) {
  value = SourceOf(value);
  if (!value) return false;
  if (value->constant()) return IsFilledWith(value, 0);
  const Node* node = value->producer();
  if (!node || !node->Is("ConstantOfShape")) return false;
  const auto* filling = node->Get<TensorPtr>("value");
  if (!filling) return true;  // zeros are the default
  const auto numbers = (*filling)->Numbers();
  return numbers && numbers->size() == 1 && (*numbers)[0] == 0;
}

int64_t RemoveStates(Node* node) {
  int64_t changes = 0;
  for (size_t i : {size_t{5}, size_t{6}}) {
    if (i == 6 && !node->Is("LSTM")) continue;
    if (!IsZero(node->input(i))) continue;
    node->SetInput(i, nullptr);
    ++changes;
  }
  size_t used = node->num_inputs();
  while (used > 3 && !node->input(used - 1)) --used;
  if (changes) node->TruncateInputs(used);
  return changes;
}

Result<int64_t> Run(Model* model) {
  int64_t changes = 0;
  SweepNodes(model->graph(), [&](Node* node) {
    if (node->Is("LSTM") || node->Is("GRU") || node->Is("RNN")) changes += RemoveStates(node);
  });
  return changes;
}

}  // namespace

Pass remove_zero_states_pass() {
  return {"remove_zero_states", "leave out first states of recurrent layers that are zero", Run};
}

}  // namespace mmdeploy::graph
