#pragma once

#include "mmdeploy/backend/onnxruntime/api.h"
#include "mmdeploy/op/op.h"

namespace mmdeploy::onnxruntime {

// Attributes of a node. Errors: see op::MakeAttributes.
Result<op::Attributes> ReadAttributes(const OrtApi& ort, const OrtKernelInfo& info,
                                      const op::OpDef& op);

}  // namespace mmdeploy::onnxruntime
