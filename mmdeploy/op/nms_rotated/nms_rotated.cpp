#include "mmdeploy/op/nms/per_class.h"

namespace mmdeploy::op {
namespace {

Result<std::vector<Shape>> Infer(const Attributes&, InputShapes shapes) {
  MMDEPLOY_TRYV(nms::CheckBoxesAndScores(shapes, 5, "x, y, width, height, angle"));
  return std::vector<Shape>{{Shape::kDynamic, 3}};
}

Result<void> RunWith(const Attributes& attributes, OpContext& context,
                     const nms::Suppressor& suppressor) {
  const auto task = nms::TaskOfInputs(context, attributes.Float("iou_threshold"),
                                      attributes.Float("score_threshold"));
  MMDEPLOY_TRY(const auto results, suppressor.Run(context, task));
  std::vector<int64_t> rows;
  for (size_t i = 0; i < results.size(); ++i) {
    const auto position = static_cast<int64_t>(i);
    for (size_t k = 0; k < results[i].order.size(); ++k) {
      if (!results[i].IsKept(k)) continue;
      rows.insert(rows.end(),
                  {position / task.classes, position % task.classes, results[i].order[k]});
    }
  }
  return nms::PutRows(context, 0, rows, 3, suppressor);
}

}  // namespace

// Non-maximum suppression of rotated boxes (documentation: custom operators, NMSRotated).
//
// boxes [B,N,5] of centre x and y, width, height and angle in radians; scores [B,C,N]; output int64
// [M,3]: image, class and box of each box that stays, ordered by image and class, then by falling
// score, equal scores by box. A box with a score above score_threshold stays unless its overlap
// (intersection over union) with a better one of its class that stays exceeds iou_threshold.
std::vector<OpDef> nms_rotated_ops() {
  OpDef op;
  op.names = {{"mmdeploy", "NMSRotated"}};
  op.inputs = {{"boxes", 3, Presence::kRequired, true}, {"scores", 3, Presence::kRequired, true}};
  op.outputs = {{"indices", false, DataType::kInt64}};
  op.attributes = {{"iou_threshold", AttrType::kFloat, std::nullopt, 0, 1},
                   {"score_threshold", AttrType::kFloat, 0.f}};
  op.infer = Infer;
  op.reference = nms::RunOnHost<RunWith, nms::SuppressRotatedReference>;
  op.run = nms::RunOnHost<RunWith, nms::SuppressRotated>;
  op.run_cuda = MMDEPLOY_IF_CUDA((nms::RunOnCuda<RunWith, true>));
  return {op};
}

}  // namespace mmdeploy::op
