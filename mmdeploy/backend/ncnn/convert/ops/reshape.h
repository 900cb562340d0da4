#pragma once

#include <string>

#include "mmdeploy/backend/ncnn/convert/emitter.h"
#include "mmdeploy/base/result.h"
#include "mmdeploy/graph/graph.h"

namespace mmdeploy::ncnn_convert {

// Adds the layer that makes the first output of a node, which has the elements of `blob` in the
// same order: Noop where `dims`, the dimensions of the blob, are those of the output already, else
// Reshape. Errors: kNotSupported where more than one dimension of the output is not known.
Result<void> AddReshape(const graph::Node& node, const std::string& blob, const graph::Dims& dims,
                        Emitter* emitter);

}  // namespace mmdeploy::ncnn_convert
