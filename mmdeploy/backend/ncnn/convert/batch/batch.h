#pragma once

#include "mmdeploy/base/result.h"
#include "mmdeploy/graph/graph.h"

// ncnn runs a batch image by image. That is the same only if no node looks across images: follows
// through all nodes along which axis the images of a value lie, and what becomes of them.

namespace mmdeploy::ncnn_convert {

// Gives the open first dimensions of all inputs one symbol: a run has the same number of images in
// all of them. Answers whether there are any. To be called before types are inferred.
bool NameBatch(graph::Model* model);

// For a model whose batch has a name and whose types have been inferred. Errors: kNotSupported with
// one line per node (of the first that are) that mixes images, or of which this is not known.
Result<void> CheckBatch(const graph::Model& model);

}  // namespace mmdeploy::ncnn_convert
