#pragma once

#include "mmdeploy/op/nms/per_class.h"
#include "mmdeploy/op/op.h"

// Suppression as TensorRT's plug-in does it: a fixed number of boxes per image, the best of all
// classes. Shared by upright and rotated boxes.

namespace mmdeploy::op::nms {

// Attributes of both, in the order of the documentation.
std::vector<AttrDef> BatchedAttributes();

// Boxes [B,N,1 or C,size] or [B,N,size] and scores [B,N,C] or [B,N,1,C] give dets [B,K,size+1],
// labels int32 [B,K] and (if asked for) indices int32 [B,K].
Result<std::vector<Shape>> InferBatched(const Attributes& attributes, InputShapes shapes,
                                        int64_t size, size_t num_outputs);

Result<void> RunBatched(const Attributes& attributes, OpContext& context,
                        const Suppressor& suppressor);

}  // namespace mmdeploy::op::nms
