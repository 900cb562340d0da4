#include "mmdeploy/op/nms/batched.h"

namespace mmdeploy::op {
namespace {

Result<std::vector<Shape>> Infer(const Attributes& attributes, InputShapes shapes) {
  return nms::InferBatched(attributes, shapes, 5, 2);
}

}  // namespace

// As TRTBatchedNMS for rotated boxes (documentation: custom operators, TRTBatchedRotatedNMS):
// boxes [B,N,1 or C,5] of centre x and y, width, height and angle in radians; dets [B,K,6].
std::vector<OpDef> batched_rotated_nms_ops() {
  OpDef op;
  op.names = {{"mmdeploy", "TRTBatchedRotatedNMS"}};
  op.inputs = {{"boxes", kAnyRank, Presence::kRequired, true},
               {"scores", kAnyRank, Presence::kRequired, true}};
  op.outputs = {{"dets", true}, {"labels", true, DataType::kInt32}};
  op.attributes = nms::BatchedAttributes();
  op.infer = Infer;
  op.reference = nms::RunOnHost<nms::RunBatched, nms::SuppressRotatedReference>;
  op.run = nms::RunOnHost<nms::RunBatched, nms::SuppressRotated>;
  op.run_cuda = MMDEPLOY_IF_CUDA((nms::RunOnCuda<nms::RunBatched, true>));
  return {op};
}

}  // namespace mmdeploy::op
