#pragma once

#include <ncnn/layer.h>

#include <string>

#include "mmdeploy/op/op.h"

namespace mmdeploy::ncnn {

// The operator whose layers have this type; nullptr if there is none.
const op::OpDef* FindLayerOp(const std::string& type);

// A layer that runs an operator; see mmdeploy/op/ncnn_params.h.
::ncnn::Layer* CreateOpLayer(const op::OpDef& op);

// Why the last layer of an operator failed on this thread; "" if none has since the last call.
std::string TakeOpError();

}  // namespace mmdeploy::ncnn
