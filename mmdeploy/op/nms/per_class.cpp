#include "mmdeploy/op/nms/per_class.h"

#include "mmdeploy/op/shape_rules.h"

namespace mmdeploy::op::nms {

Result<void> CheckBoxesAndScores(InputShapes shapes, int64_t numbers, std::string_view meaning) {
  MMDEPLOY_TRYV(ExpectDim(shapes, 0, 2, numbers, meaning));
  MMDEPLOY_TRYV(SameDim(shapes, {0, 0}, {1, 0}, "number of images"));
  MMDEPLOY_TRYV(SameDim(shapes, {0, 1}, {1, 2}, "number of boxes"));
  return {};
}

Task TaskOfInputs(const OpContext& context, float iou_threshold, float score_threshold) {
  const Shape &boxes = context.input(0).shape(), &scores = context.input(1).shape();
  Task task;
  task.images = scores[0];
  task.classes = scores[1];
  task.boxes = scores[2];
  task.score_data = context.input(1).data<float>();
  task.score_image = scores[1] * scores[2];
  task.score_class = scores[2];
  task.score_box = 1;
  task.box_data = context.input(0).data<float>();
  task.box_image = boxes[1] * boxes[2];
  task.box_stride = boxes[2];
  task.iou_threshold = iou_threshold;
  task.score_threshold = score_threshold;
  return task;
}

Result<std::vector<ClassResult>> HostSuppressor::Run(OpContext& context, const Task& task) const {
  std::vector<ClassResult> results(static_cast<size_t>(task.images * task.classes));
  const auto suppress_class = [&](int64_t i) -> Result<void> {
    const int64_t image = i / task.classes, label = i % task.classes;
    if (label == task.background) return {};
    auto& result = results[static_cast<size_t>(i)];
    result.order = BestFirst(task.ScoresOf(image, label), task.score_threshold, task.limit);
    result.owners = suppress_(task.BoxesOf(image, label), result.order, task.iou_threshold);
    return {};
  };
  MMDEPLOY_TRYV(context.ParallelFor(task.images * task.classes, suppress_class));
  return results;
}

Result<void> PutRows(OpContext& context, size_t index, const std::vector<int64_t>& rows,
                     int64_t columns, const Suppressor& suppressor) {
  const auto count = static_cast<int64_t>(rows.size()) / columns;
  MMDEPLOY_TRY(const auto output, context.Output(index, {count, columns}));
  return suppressor.Fill(context, output, rows.data());
}

}  // namespace mmdeploy::op::nms
