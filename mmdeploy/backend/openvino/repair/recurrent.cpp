#include <algorithm>

#include "mmdeploy/backend/openvino/repair/build.h"
#include "mmdeploy/backend/openvino/repair/repair.h"

// OpenVINO does not read all that LSTM, GRU and RNN may have.

namespace mmdeploy::openvino {

using graph::Node;
using graph::Value;

namespace {

// Whether all sequences are surely as long as the input.
bool AreWhole(const Node& node) {
  const auto lengths = graph::ConstantInts(node.input(4));
  const auto steps = graph::KnownDim(node.input(0), 0);
  return lengths && steps &&
         std::all_of(lengths->begin(), lengths->end(), [&](int64_t n) { return n == *steps; });
}

}  // namespace

Result<bool> RepairRecurrent(Node* node) {
  bool changed = false;
  MMDEPLOY_ENSURE(node->Int("layout", 0) == 0, Code::kNotSupported,
                  "layout 1 (batch in front) is taken for layout 0; transpose instead");
  if (node->input(4)) {  // sequence_lens
    MMDEPLOY_ENSURE(AreWhole(*node), Code::kNotSupported,
                    "input 4 (sequence_lens) cuts sequences, which is calculated in another way; "
                    "export without it");
    node->SetInput(4, nullptr);
    changed = true;
  }
  if (node->Is("LSTM") && node->input(7)) {  // peepholes
    MMDEPLOY_ENSURE(graph::IsFilledWith(node->input(7), 0), Code::kNotSupported,
                    "input 7 (peepholes) is not calculated; export without it");
    node->SetInput(7, nullptr);
    changed = true;
  }
  MMDEPLOY_ENSURE(node->Int("input_forget", 0) == 0, Code::kNotSupported,
                  "attribute input_forget is not calculated; export without it");
  return changed;
}

}  // namespace mmdeploy::openvino
