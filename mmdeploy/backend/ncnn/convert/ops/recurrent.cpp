#include <algorithm>

#include "mmdeploy/backend/ncnn/convert/ops/converter.h"
#include "mmdeploy/backend/ncnn/convert/ops/reshape.h"

// LSTM, GRU and RNN: [T,1,I] to [T,directions,1,H]; ncnn's own of fuse/recurrent.cpp also have the
// batch first, and directions side by side.

namespace mmdeploy::ncnn_convert {

using graph::Dims;
using graph::Node;
using graph::Value;

namespace {

// Gates as ncnn orders them, by their place in ONNX.
std::vector<int64_t> GateOrder(const Node& node) {
  if (node.op() == "LSTM") return {0, 2, 1, 3};  // iofg to ifog
  if (node.op() == "GRU") return {1, 0, 2};      // zrh to rzh
  return {0};
}

struct Cells {
  int64_t directions = 1, gates = 1, hidden = 0, inputs = 0;
  std::vector<int64_t> order;
  std::vector<float> input_weights, recurrent_weights, bias;
};

// Exchanges gates in [directions, gates, size].
std::vector<float> Reorder(const std::vector<float>& values, const Cells& cells, int64_t size) {
  std::vector<float> result;
  for (int64_t d = 0; d < cells.directions; ++d) {
    for (int64_t gate : cells.order) {
      const auto* from = values.data() + (d * cells.gates + gate) * size;
      result.insert(result.end(), from, from + size);
    }
  }
  return result;
}

// ONNX keeps the bias of the input and that of the state, ncnn their sum; but GRU keeps both of
// its last gate.
std::vector<float> MergeBias(const std::vector<float>& both, const Cells& cells) {
  const int64_t size = cells.gates * cells.hidden;
  std::vector<float> result;
  for (int64_t d = 0; d < cells.directions; ++d) {
    const float* w = both.data() + d * 2 * size;
    const float* r = w + size;
    const bool gru = cells.gates == 3;
    for (size_t k = 0; k < cells.order.size(); ++k) {
      const int64_t at = cells.order[k] * cells.hidden;
      const bool kept = gru && k == 2;
      for (int64_t i = 0; i < cells.hidden; ++i) {
        result.push_back(w[at + i] + (kept ? 0 : r[at + i]));
      }
      if (kept) result.insert(result.end(), r + at, r + at + cells.hidden);
    }
  }
  return result;
}

Result<int64_t> Direction(const Node& node) {
  const std::string direction = node.String("direction", "forward");
  if (direction == "forward") return 0;
  if (direction == "reverse") return 1;
  if (direction == "bidirectional") return 2;
  return MakeError(Code::kOutOfRange, "direction is '{}'", direction);
}

bool IsZero(const Value* value) {
  const auto floats = Floats(value);
  return floats && std::all_of(floats->begin(), floats->end(), [](float v) { return v == 0; });
}

// The functions that ncnn has, for each direction: PyTorch writes them out for RNN.
bool HasUsualActivations(const Node& node) {
  const auto* names = node.Get<std::vector<std::string>>("activations");
  if (!names) return !node.Find("activations");
  std::vector<std::string> usual = {"Tanh"};
  if (node.op() == "GRU") usual = {"Sigmoid", "Tanh"};
  if (node.op() == "LSTM") usual = {"Sigmoid", "Tanh", "Tanh"};
  for (size_t i = 0; i < names->size(); ++i) {
    if ((*names)[i] != usual[i % usual.size()]) return false;
  }
  return true;
}

// ncnn goes through all of a sequence.
bool IsWhole(const Value* lengths, const graph::Dim& length) {
  if (!lengths) return true;
  const auto ints = graph::ConstantInts(lengths);
  return ints && length.is_known() && std::all_of(ints->begin(), ints->end(), [&](int64_t value) {
           return value == length.value();
         });
}

Result<void> CheckOptions(const Node& node) {
  MMDEPLOY_ENSURE(HasUsualActivations(node), Code::kNotSupported,
                  "activations other than those of ncnn");
  MMDEPLOY_ENSURE(node.op() != "GRU" || node.Int("linear_before_reset", 0) == 1,
                  Code::kNotSupported, "linear_before_reset is 0, ncnn has 1");
  MMDEPLOY_ENSURE(!node.input(7), Code::kNotSupported, "peepholes");
  for (size_t i = 1; i < node.num_outputs(); ++i) {
    MMDEPLOY_ENSURE(!node.output(i)->has_uses(), Code::kNotSupported, "its last state is used");
  }
  return {};
}

Result<Cells> ReadCells(const Node& node) {
  Cells cells;
  cells.order = GateOrder(node);
  cells.gates = static_cast<int64_t>(cells.order.size());
  MMDEPLOY_TRY(cells.input_weights, Floats(node.input(1)));
  MMDEPLOY_TRY(cells.recurrent_weights, Floats(node.input(2)));
  const std::vector<int64_t>& w = node.input(1)->constant()->dims();
  const std::vector<int64_t>& r = node.input(2)->constant()->dims();
  MMDEPLOY_TRY(const int64_t direction, Direction(node));
  cells.directions = direction == 2 ? 2 : 1;
  const bool fits = w.size() == 3 && r.size() == 3 && w[0] == cells.directions && w[0] == r[0] &&
                    r[2] >= 1 && w[2] >= 1 && w[1] == cells.gates * r[2] && r[1] == w[1];
  MMDEPLOY_ENSURE(fits && node.Int("hidden_size", r[2]) == r[2], Code::kOutOfRange,
                  "weights of {} and {} do not fit to each other, or to hidden_size",
                  Name(node.input(1)->constant()->value_type()),
                  Name(node.input(2)->constant()->value_type()));
  cells.hidden = r[2];
  cells.inputs = w[2];
  const int64_t size = cells.directions * 2 * cells.gates * cells.hidden;
  std::vector<float> bias(size, 0);
  if (node.input(3)) {
    MMDEPLOY_TRY(bias, Floats(node.input(3)));
    MMDEPLOY_ENSURE(static_cast<int64_t>(bias.size()) == size, Code::kOutOfRange,
                    "the bias has {} elements, expected {}", bias.size(), size);
  }
  cells.input_weights = Reorder(cells.input_weights, cells, cells.hidden * cells.inputs);
  cells.recurrent_weights = Reorder(cells.recurrent_weights, cells, cells.hidden * cells.hidden);
  cells.bias = MergeBias(bias, cells);
  return cells;
}

// The length of a sequence of one batch.
Result<graph::Dim> Length(const Node& node, int64_t inputs) {
  const Value& x = *node.input(0);
  const Dims& dims = *x.type.dims;
  const bool batch_first = node.domain() == "ncnn" && dims.size() == 3 && dims[0] == graph::Dim(1);
  const bool fits = dims.size() == 3 && dims[batch_first ? 0 : 1] == graph::Dim(1);
  MMDEPLOY_ENSURE(fits && dims[0].is_known(), Code::kNotSupported, "'{}' is {}, expected [T,1,{}]",
                  x.name(), Name(x.type), inputs);
  return dims[batch_first ? 1 : 0];
}

// The blob of a first state, [directions,1,hidden]; zeros where it is left out.
Result<std::string> ReadState(const Node& node, size_t input, const Cells& cells,
                              Emitter* emitter) {
  const Value* state = node.input(input);
  const Dims expected = {cells.directions, 1, cells.hidden};
  MMDEPLOY_ENSURE(!state || state->type.dims == expected, Code::kNotSupported,
                  "the first state '{}' is {}, expected [{},1,{}]", state->name(),
                  Name(state->type), cells.directions, cells.hidden);
  const std::vector<int64_t> dims = {cells.directions, cells.hidden};
  if (state && !state->constant()) return emitter->Reshape(node, emitter->Read(state), dims);
  std::vector<float> numbers(static_cast<size_t>(cells.directions * cells.hidden), 0);
  if (state) {
    MMDEPLOY_TRY(numbers, Floats(state));
  }
  Layer* layer = emitter->AddInner("MemoryData", node, {});
  SetDims(dims, layer);
  layer->AddRaw(std::move(numbers));
  return layer->outputs[0];
}

// The blobs of the first states, that of the output and LSTM's cell; none if they are zeros, which
// ncnn begins with by itself.
Result<std::vector<std::string>> ReadStates(const Node& node, const Cells& cells,
                                            Emitter* emitter) {
  const auto is_zero = [&](size_t i) { return !node.input(i) || IsZero(node.input(i)); };
  const bool has_cell = node.op() == "LSTM";
  std::vector<std::string> states;
  if (is_zero(5) && (!has_cell || is_zero(6))) return states;
  for (size_t i = 5; i < (has_cell ? 7 : 6); ++i) {
    MMDEPLOY_TRY(std::string state, ReadState(node, i, cells, emitter));
    states.push_back(std::move(state));
  }
  return states;
}

Result<void> ConvertRecurrent(const Node& node, Emitter* emitter) {
  MMDEPLOY_TRYV(CheckOptions(node));
  MMDEPLOY_TRY(Cells cells, ReadCells(node));
  MMDEPLOY_TRY(const int64_t direction, Direction(node));
  MMDEPLOY_TRY(const graph::Dim length, Length(node, cells.inputs));
  MMDEPLOY_ENSURE(IsWhole(node.input(4), length), Code::kNotSupported,
                  "sequence_lens '{}' of which a length is not {}, as long as '{}'",
                  node.input(4)->name(), Name(length), node.input(0)->name());
  const Value& x = *node.input(0);
  std::string blob = emitter->Read(&x);
  if (BlobRank(x) == 3) blob = emitter->Reshape(node, blob, {length.value(), cells.inputs});
  std::vector<std::string> inputs = {blob};
  MMDEPLOY_TRY(const std::vector<std::string> states, ReadStates(node, cells, emitter));
  inputs.insert(inputs.end(), states.begin(), states.end());
  const Dims result = {length, cells.directions * cells.hidden};
  const bool direct = BlobDims(*node.output()) == result;
  Layer* layer =
      direct ? emitter->Add(node.op(), node, inputs) : emitter->AddInner(node.op(), node, inputs);
  layer->Set(0, cells.hidden);
  layer->Set(1, static_cast<int64_t>(cells.input_weights.size()));
  layer->Set(2, direction);
  layer->AddTagged(std::move(cells.input_weights));
  layer->AddTagged(std::move(cells.bias));
  layer->AddTagged(std::move(cells.recurrent_weights));
  if (direct) return {};
  return AddReshape(node, layer->outputs[0], result, emitter);
}

}  // namespace

std::vector<Converter> recurrent_converters() {
  return {
      {"GRU",
       ConvertRecurrent,
       6,
       {"activations", "direction", "hidden_size", "layout=0", "linear_before_reset"}},
      {"LSTM",
       ConvertRecurrent,
       8,
       {"activations", "direction", "hidden_size", "input_forget=0", "layout=0"}},
      {"RNN", ConvertRecurrent, 6, {"activations", "direction", "hidden_size", "layout=0"}},
  };
}

}  // namespace mmdeploy::ncnn_convert
