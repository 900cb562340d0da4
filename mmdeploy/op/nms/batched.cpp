#include "mmdeploy/op/nms/batched.h"

#include <algorithm>

#include "mmdeploy/op/shape_rules.h"

namespace mmdeploy::op::nms {
namespace {

Task MakeTask(const Attributes& attributes, const OpContext& context) {
  const Shape &boxes = context.input(0).shape(), &scores = context.input(1).shape();
  const int64_t size = boxes[boxes.size() - 1], box_classes = boxes.size() == 4 ? boxes[2] : 1;
  Task task;
  task.images = boxes[0];
  task.boxes = boxes[1];
  task.classes = scores[scores.size() - 1];
  task.score_data = context.input(1).data<float>();
  task.score_image = task.boxes * task.classes;
  task.score_class = 1;
  task.score_box = task.classes;
  task.box_data = context.input(0).data<float>();
  task.box_image = task.boxes * box_classes * size;
  task.box_class = box_classes > 1 ? size : 0;
  task.box_stride = box_classes * size;
  task.iou_threshold = attributes.Float("iou_threshold");
  task.score_threshold = attributes.Float("score_threshold");
  task.limit = attributes.Int("topk");
  task.background = attributes.Int("background_label_id");
  return task;
}

struct Candidate {
  float score;
  int label, index;
};

// The `keep` best of all classes of an image; equal scores by class.
std::vector<Candidate> SelectBest(const std::vector<ClassResult>& results, const Task& task,
                                  int64_t image, int64_t keep) {
  std::vector<Candidate> all;
  for (int64_t label = 0; label < task.classes; ++label) {
    const auto& result = results[static_cast<size_t>(image * task.classes + label)];
    const Strided scores = task.ScoresOf(image, label);
    for (size_t k = 0; k < result.order.size(); ++k) {
      const int index = result.order[k];
      if (result.IsKept(k)) all.push_back({scores[index], static_cast<int>(label), index});
    }
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const Candidate& a, const Candidate& b) { return a.score > b.score; });
  if (static_cast<int64_t>(all.size()) > keep) all.resize(static_cast<size_t>(keep));
  return all;
}

// The outputs in host memory; what is not written is what an image has not.
struct Rows {
  Rows(int64_t images, int64_t keep, int64_t size)
      : keep(keep),
        size(size),
        dets(static_cast<size_t>(images * keep * (size + 1))),
        labels(static_cast<size_t>(images * keep), -1),
        indices(labels) {}

  void Write(int64_t image, const std::vector<Candidate>& best, const Task& task, bool clip) {
    for (size_t k = 0; k < best.size(); ++k) {
      const Candidate& one = best[k];
      const size_t row = static_cast<size_t>(image * keep) + k;
      float* det = dets.data() + row * static_cast<size_t>(size + 1);
      const float* box = task.BoxesOf(image, one.label)[one.index];
      // Of a rotated box all but the angle.
      for (int64_t i = 0; i < size; ++i) {
        det[i] = clip && i < 4 ? std::clamp(box[i], 0.f, 1.f) : box[i];
      }
      det[size] = one.score;
      labels[row] = one.label;
      indices[row] = one.index;
    }
  }

  int64_t keep, size;
  std::vector<float> dets;
  std::vector<int32_t> labels, indices;
};

Result<void> PutOutputs(OpContext& context, const Rows& rows, const Suppressor& suppressor) {
  const void* data[] = {rows.dets.data(), rows.labels.data(), rows.indices.data()};
  for (size_t i = 0; i < std::min<size_t>(context.num_outputs(), std::size(data)); ++i) {
    MMDEPLOY_TRY(const auto output, context.Output(i));
    MMDEPLOY_TRYV(suppressor.Fill(context, output, data[i]));
  }
  return {};
}

}  // namespace

std::vector<AttrDef> BatchedAttributes() {
  return {{"background_label_id", AttrType::kInt, int64_t{-1}},
          {"num_classes", AttrType::kInt, int64_t{0}, 0, 1e9},  // the scores tell it
          {"topk", AttrType::kInt, int64_t{0}, -1, 1e9},        // 0 or less: all boxes
          {"keep_topk", AttrType::kInt, std::nullopt, -1, 1e6},
          {"score_threshold", AttrType::kFloat, 0.f},
          {"iou_threshold", AttrType::kFloat, std::nullopt, 0, 1},
          {"is_normalized", AttrType::kInt, int64_t{1}, 0, 1},
          {"clip_boxes", AttrType::kInt, int64_t{1}, 0, 1}};
}

Result<std::vector<Shape>> InferBatched(const Attributes& attributes, InputShapes shapes,
                                        int64_t size, size_t num_outputs) {
  int64_t keep = attributes.Int("keep_topk") > 0 ? attributes.Int("keep_topk") : Shape::kDynamic;
  for (size_t i = 0; i < 2; ++i) {
    if (!shapes[i]) continue;
    const size_t rank = shapes[i]->size();
    MMDEPLOY_ENSURE(rank == 3 || rank == 4, Code::kInvalidArgument,
                    "input {} has shape {}, expected 3 or 4 dimensions", i, Name(*shapes[i]));
  }
  if (shapes[0]) {
    MMDEPLOY_TRYV(ExpectDim(shapes, 0, shapes[0]->size() - 1, size, "numbers of a box"));
    if (keep < 0) keep = (*shapes[0])[1];
  }
  const size_t class_axis = shapes[1] ? shapes[1]->size() - 1 : 2;
  if (class_axis == 3) MMDEPLOY_TRYV(ExpectDim(shapes, 1, 2, 1, "between boxes and classes"));
  if (shapes[0] && shapes[0]->size() == 4 && (*shapes[0])[2] != 1) {
    MMDEPLOY_TRYV(SameDim(shapes, {0, 2}, {1, class_axis}, "number of classes"));
  }
  MMDEPLOY_TRYV(SameDim(shapes, {0, 1}, {1, 1}, "number of boxes"));
  MMDEPLOY_TRY(const int64_t images, SameDim(shapes, {0, 0}, {1, 0}, "number of images"));
  std::vector<Shape> outputs{{images, keep, size + 1}, {images, keep}, {images, keep}};
  outputs.resize(num_outputs);
  return outputs;
}

Result<void> RunBatched(const Attributes& attributes, OpContext& context,
                        const Suppressor& suppressor) {
  Task task = MakeTask(attributes, context);
  MMDEPLOY_TRY(const auto results, suppressor.Run(context, task));
  // From here on in host memory.
  MMDEPLOY_TRY(const auto boxes, suppressor.ToHost(context, context.input(0)));
  MMDEPLOY_TRY(const auto scores, suppressor.ToHost(context, context.input(1)));
  task.box_data = boxes.data<float>();
  task.score_data = scores.data<float>();
  const int64_t keep = context.output_shape(1)[1], size = context.output_shape(0)[2] - 1;
  Rows rows(task.images, keep, size);
  for (int64_t image = 0; image < task.images; ++image) {
    rows.Write(image, SelectBest(results, task, image, keep), task, attributes.Bool("clip_boxes"));
  }
  return PutOutputs(context, rows, suppressor);
}

}  // namespace mmdeploy::op::nms
