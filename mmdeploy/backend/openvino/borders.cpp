#include "mmdeploy/backend/openvino/borders.h"

#include <openvino/op/deformable_convolution.hpp>

namespace mmdeploy::openvino {

void InterpolateAtBorders(ov::Model* model) {
  for (const auto& node : model->get_ops()) {
    const auto conv = ov::as_type_ptr<ov::op::v8::DeformableConvolution>(node);
    if (conv) conv->set_bilinear_interpolation_pad(true);
  }
}

}  // namespace mmdeploy::openvino
