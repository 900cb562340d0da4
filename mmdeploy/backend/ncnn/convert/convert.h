#pragma once

#include <map>
#include <string>

#include "mmdeploy/backend/ncnn/layer/blob_shape.h"
#include "mmdeploy/base/result.h"
#include "mmdeploy/graph/graph.h"

// ONNX -> ncnn. Needs no ncnn library: what it writes is checked against ncnn's own reader by
// tests.

namespace mmdeploy::ncnn_convert {

// The two files of ncnn: layers as text, weights as they follow each other in the text.
struct NcnnModel {
  std::string param;
  std::string bin;
  // The sizes of blobs, of those whose size is fixed.
  std::map<std::string, ncnn::BlobShape> shapes;
};

struct ConvertOptions {
  // Weights of convolutions, matrix products and recurrent layers as float16: half the file.
  bool fp16_storage = false;
  // Simplify the graph first. Without it only what conversion needs is done: types and constants.
  bool optimize = true;
};

// Converts a model, which is changed on the way. Blobs of ncnn have no batch axis: the first
// dimension of inputs and outputs must be 1, and is taken to be 1 where the model leaves it open.
// Errors: kNotSupported with one line per node that cannot be converted (its name, its operator and
// the reason); kInvalidArgument for a model that contradicts itself.
Result<NcnnModel> ConvertToNcnn(graph::Model* model, const ConvertOptions& options = {});

}  // namespace mmdeploy::ncnn_convert
