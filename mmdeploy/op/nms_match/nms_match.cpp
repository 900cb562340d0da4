#include "mmdeploy/op/nms/per_class.h"

namespace mmdeploy::op {
namespace {

Result<std::vector<Shape>> Infer(const Attributes&, InputShapes shapes) {
  MMDEPLOY_TRYV(nms::CheckBoxesAndScores(shapes, 4, "x1, y1, x2, y2"));
  return std::vector<Shape>{{Shape::kDynamic, 4}};
}

// The only element of input `index`.
Result<float> ReadThreshold(const OpContext& context, size_t index, const char* name,
                            const nms::Suppressor& suppressor) {
  const Tensor& tensor = context.input(index);
  MMDEPLOY_ENSURE(tensor.num_elements() == 1, Code::kInvalidArgument,
                  "input {} '{}' has shape {}, expected 1 element", index, name,
                  Name(tensor.shape()));
  MMDEPLOY_TRY(const auto host, suppressor.ToHost(context, tensor));
  return host.data<float>()[0];
}

// The boxes that were dropped for box `kept` (a position of the result), best first.
void AppendRows(const nms::ClassResult& result, size_t kept, int64_t image, int64_t label,
                std::vector<int64_t>* rows) {
  for (size_t k = kept + 1; k < result.order.size(); ++k) {
    if (result.owners[k] != static_cast<int>(kept)) continue;
    rows->insert(rows->end(), {image, label, result.order[kept], result.order[k]});
  }
}

Result<void> RunWith(const Attributes&, OpContext& context, const nms::Suppressor& suppressor) {
  MMDEPLOY_TRY(const float iou_threshold, ReadThreshold(context, 2, "iou_threshold", suppressor));
  MMDEPLOY_TRY(const float score_threshold,
               ReadThreshold(context, 3, "score_threshold", suppressor));
  MMDEPLOY_ENSURE(iou_threshold >= 0, Code::kInvalidArgument,
                  "iou_threshold is {}, allowed: 0 to 1", iou_threshold);
  const auto task = nms::TaskOfInputs(context, iou_threshold, score_threshold);
  MMDEPLOY_TRY(const auto results, suppressor.Run(context, task));
  std::vector<int64_t> rows;
  for (size_t i = 0; i < results.size(); ++i) {
    const auto position = static_cast<int64_t>(i);
    for (size_t k = 0; k < results[i].order.size(); ++k) {
      if (!results[i].IsKept(k)) continue;
      AppendRows(results[i], k, position / task.classes, position % task.classes, &rows);
    }
  }
  return nms::PutRows(context, 0, rows, 4, suppressor);
}

}  // namespace

// Non-maximum suppression that tells for which box another one was dropped.
//
// boxes [B,N,4] of x1, y1, x2, y2; scores [B,C,N]; iou_threshold and score_threshold: one element;
// output int64 [M,4]: image, class, box that stays, box that was dropped for it, ordered by image
// and class, then by falling score of the first box, then of the second. Boxes with a score up to
// score_threshold do not take part; an overlap above iou_threshold drops a box.
std::vector<OpDef> nms_match_ops() {
  OpDef op;
  op.names = {{"mmdeploy", "NMSMatch"}};
  op.inputs = {{"boxes", 3, Presence::kRequired, true},
               {"scores", 3, Presence::kRequired, true},
               {"iou_threshold"},
               {"score_threshold"}};
  op.outputs = {{"matches", false, DataType::kInt64}};
  op.infer = Infer;
  op.reference = nms::RunOnHost<RunWith, nms::SuppressReference>;
  op.run = nms::RunOnHost<RunWith, nms::Suppress>;
  op.run_cuda = MMDEPLOY_IF_CUDA((nms::RunOnCuda<RunWith, false>));
  return {op};
}

}  // namespace mmdeploy::op
