#pragma once

#include <vector>

#include "mmdeploy/op/nms/nms.h"
#include "mmdeploy/op/op.h"

// Suppression of each class of each image of ONNX-like inputs: boxes [B,N,D], scores [B,C,N].

namespace mmdeploy::op::nms {

// What happened to the boxes of one class: `order` as of BestFirst, `owners` as of
// SuppressFunction.
struct ClassResult {
  std::vector<int> order, owners;
};

// Results of all classes, in the order of images and classes.
Result<std::vector<ClassResult>> SuppressPerClass(OpContext& context, float iou_threshold,
                                                  float score_threshold, SuppressFunction suppress);

}  // namespace mmdeploy::op::nms
