#pragma once

#include <openvino/core/model.hpp>

namespace mmdeploy::openvino {

// Lets deformable convolutions of a model that was read from ONNX count taps that lie partly
// outside of the image by their part inside, as mmcv does: OpenVINO's reader drops them.
void InterpolateAtBorders(ov::Model* model);

}  // namespace mmdeploy::openvino
