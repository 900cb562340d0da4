#include "mmdeploy/op/nms/batched.h"

namespace mmdeploy::op {
namespace {

Result<std::vector<Shape>> Infer(const Attributes& attributes, InputShapes shapes) {
  return nms::InferBatched(attributes, shapes, 4, 3);
}

}  // namespace

// Non-maximum suppression with a fixed number of results (documentation: custom operators,
// TRTBatchedNMS).
//
// boxes [B,N,1 or C,4] of x1, y1, x2, y2 (1: shared by the classes); scores [B,N,C]. Of each class,
// the `topk` best boxes with a score above score_threshold take part; one whose overlap with a
// better one of its class that stays exceeds iou_threshold is dropped. The `keep_topk` best of all
// classes of an image (K) make the outputs, the best first: dets [B,K,5] of box and score, labels
// int32 [B,K], index int32 [B,K] of the box in 0..N-1. What is left over is 0, -1 and -1.
std::vector<OpDef> batched_nms_ops() {
  OpDef op;
  op.names = {{"mmdeploy", "TRTBatchedNMS"}};
  op.inputs = {{"boxes", kAnyRank, Presence::kRequired, true},
               {"scores", kAnyRank, Presence::kRequired, true}};
  op.outputs = {{"dets", true},
                {"labels", true, DataType::kInt32},
                {"index", true, DataType::kInt32, -1, true}};
  op.attributes = nms::BatchedAttributes();
  op.attributes.push_back({"return_index", AttrType::kInt, int64_t{0}, 0, 1});
  op.infer = Infer;
  op.reference = nms::RunOnHost<nms::RunBatched, nms::SuppressReference>;
  op.run = nms::RunOnHost<nms::RunBatched, nms::Suppress>;
  op.run_cuda = MMDEPLOY_IF_CUDA((nms::RunOnCuda<nms::RunBatched, false>));
  return {op};
}

}  // namespace mmdeploy::op
