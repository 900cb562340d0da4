#pragma once

#include "mmdeploy/backend/ncnn/convert/ops/converter.h"

namespace mmdeploy::ncnn_convert {

// The converter of mmdeploy's custom operators; nullptr if the node is none.
const Converter* FindCustomConverter(const graph::Node& node);

}  // namespace mmdeploy::ncnn_convert
