#include <cstdint>

#include "mmdeploy/backend/ncnn/layer/params.h"
#include "mmdeploy/backend/ncnn/layer/rules.h"

// Recurrent layers over the rows of a blob.

namespace mmdeploy::ncnn {
namespace {

Rules Recurrent() {
  return {Int(0, "num_output", 1, kSize), Int(1, "weight_data_size", 1, kCount),
          Int(2, "direction", 0, 2), Int(8, "int8_scale_term", 0, 2)};
}

Result<void> CheckRecurrent(const ParamLayer& layer) {
  const int gates = layer.type == "LSTM" ? 4 : layer.type == "GRU" ? 3 : 1;
  const int64_t directions = layer.Int(2, 0) == 2 ? 2 : 1;
  const int outputs = layer.Int(0, 0);
  const int hidden = layer.type == "LSTM" ? layer.Int(3, outputs) : outputs;
  return CheckProduct(layer, 1, directions * gates * hidden);
}

Result<void> CheckRecurrentInput(const ParamLayer& layer, Shapes in) {
  const int gates = layer.type == "LSTM" ? 4 : layer.type == "GRU" ? 3 : 1;
  const int64_t directions = layer.Int(2, 0) == 2 ? 2 : 1;
  const int outputs = layer.Int(0, 1);
  const int hidden = layer.type == "LSTM" ? layer.Int(3, outputs) : outputs;
  MMDEPLOY_TRYV(
      ExpectSize(in[0], in[0].w, layer.Int(1, 0) / (directions * gates * hidden), "columns"));
  for (size_t i = 1; i < in.size(); ++i) {
    const int width = i == 2 ? hidden : outputs;
    MMDEPLOY_ENSURE(in[i].count() == directions * width, Code::kFail,
                    "initial state {} does not fit {} x {}", Name(in[i]), directions, width);
  }
  return {};
}

// Then the last states.
std::vector<BlobShape> RecurrentShape(const ParamLayer& layer, Shapes in) {
  const int64_t directions = layer.Int(2, 0) == 2 ? 2 : 1;
  const int64_t outputs = layer.Int(0, 0);
  std::vector<BlobShape> shapes = {ShapeOf({in[0].h, directions * outputs})};
  if (layer.outputs.size() > 1) shapes.push_back(ShapeOf({directions, outputs}));
  if (layer.outputs.size() > 2)
    shapes.push_back(ShapeOf({directions, layer.Int(3, layer.Int(0, 0))}));
  return shapes;
}

}  // namespace

Rows recurrent_rows() {
  return {
      {"RNN",
       {1, 2},
       {1, 2},
       Recurrent(),
       {2, 2},
       CheckRecurrent,
       CheckRecurrentInput,
       RecurrentShape,
       CountInParam<1>},
      {"GRU",
       {1, 2},
       {1, 2},
       Recurrent(),
       {2, 2},
       CheckRecurrent,
       CheckRecurrentInput,
       RecurrentShape,
       CountInParam<1>},
      {"LSTM",
       {1, 3},
       {1, 3},
       Recurrent() + Rules{Int(3, "hidden_size", 1, kSize)},
       {2, 2},
       CheckRecurrent,
       CheckRecurrentInput,
       RecurrentShape,
       CountInParam<1>},
  };
}

}  // namespace mmdeploy::ncnn
