#include "mmdeploy/op/nms/batched.h"

#include <algorithm>

#include "mmdeploy/op/shape_rules.h"

namespace mmdeploy::op::nms {
namespace {

// Sizes of one call.
struct Sizes {
  int64_t images, boxes, classes, box_classes, numbers, keep;

  Sizes(const Attributes& attributes, const OpContext& context) {
    const Shape &box_shape = context.input(0).shape(), &score_shape = context.input(1).shape();
    images = box_shape[0];
    boxes = box_shape[1];
    box_classes = box_shape.size() == 4 ? box_shape[2] : 1;
    numbers = box_shape[box_shape.size() - 1];
    classes = score_shape[score_shape.size() - 1];
    keep = attributes.Int("keep_topk") > 0 ? attributes.Int("keep_topk") : boxes;
  }
};

struct Candidate {
  float score;
  int label, index;
};

// The boxes of one class that stay, best first.
std::vector<Candidate> SelectClass(const Attributes& attributes, const OpContext& context,
                                   const Sizes& sizes, int64_t image, int label,
                                   SuppressFunction suppress) {
  const Strided scores{context.input(1).data<float>() + image * sizes.boxes * sizes.classes + label,
                       sizes.boxes, sizes.classes};
  const int64_t column = sizes.box_classes > 1 ? label : 0;
  const int64_t stride = sizes.box_classes * sizes.numbers;
  const Boxes boxes{
      context.input(0).data<float>() + image * sizes.boxes * stride + column * sizes.numbers,
      stride};
  const auto order = BestFirst(scores, attributes.Float("score_threshold"), attributes.Int("topk"));
  const auto owners = suppress(boxes, order, attributes.Float("iou_threshold"));
  std::vector<Candidate> kept;
  for (size_t k = 0; k < order.size(); ++k) {
    if (owners[k] == static_cast<int>(k)) kept.push_back({scores[order[k]], label, order[k]});
  }
  return kept;
}

// The best of all classes; equal scores by class.
std::vector<Candidate> Merge(const std::vector<std::vector<Candidate>>& classes, size_t begin,
                             const Sizes& sizes) {
  std::vector<Candidate> all;
  for (size_t c = begin; c < begin + static_cast<size_t>(sizes.classes); ++c) {
    all.insert(all.end(), classes[c].begin(), classes[c].end());
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const Candidate& a, const Candidate& b) { return a.score > b.score; });
  if (static_cast<int64_t>(all.size()) > sizes.keep) all.resize(static_cast<size_t>(sizes.keep));
  return all;
}

struct Outputs {
  Tensor dets, labels, indices;
};

void WriteRows(const std::vector<Candidate>& best, const Tensor& boxes, const Sizes& sizes,
               int64_t image, bool clip, const Outputs& outputs) {
  float* det = outputs.dets.data<float>() + image * sizes.keep * (sizes.numbers + 1);
  int32_t* label = outputs.labels.data<int32_t>() + image * sizes.keep;
  int32_t* index =
      outputs.indices.raw() ? outputs.indices.data<int32_t>() + image * sizes.keep : nullptr;
  std::fill_n(det, sizes.keep * (sizes.numbers + 1), 0.f);
  std::fill_n(label, sizes.keep, -1);
  if (index) std::fill_n(index, sizes.keep, -1);
  for (const auto& one : best) {
    const int64_t column = sizes.box_classes > 1 ? one.label : 0;
    const float* box =
        boxes.data<float>() +
        ((image * sizes.boxes + one.index) * sizes.box_classes + column) * sizes.numbers;
    for (int64_t i = 0; i < sizes.numbers; ++i) {
      // Corners only: an angle is none.
      *det++ = clip && i < 4 ? std::clamp(box[i], 0.f, 1.f) : box[i];
    }
    *det++ = one.score;
    *label++ = one.label;
    if (index) *index++ = one.index;
  }
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
                        SuppressFunction suppress) {
  const Sizes sizes(attributes, context);
  const int background = attributes.Int("background_label_id");
  std::vector<std::vector<Candidate>> kept(static_cast<size_t>(sizes.images * sizes.classes));
  MMDEPLOY_TRYV(context.ParallelFor(sizes.images * sizes.classes, [&](int64_t i) -> Result<void> {
    const auto label = static_cast<int>(i % sizes.classes);
    if (label == background) return {};
    kept[static_cast<size_t>(i)] =
        SelectClass(attributes, context, sizes, i / sizes.classes, label, suppress);
    return {};
  }));
  Outputs outputs;
  MMDEPLOY_TRY(outputs.dets, context.Output(0));
  MMDEPLOY_TRY(outputs.labels, context.Output(1));
  if (context.num_outputs() > 2) {
    MMDEPLOY_TRY(outputs.indices, context.Output(2));
  }
  for (int64_t image = 0; image < sizes.images; ++image) {
    const auto best = Merge(kept, static_cast<size_t>(image * sizes.classes), sizes);
    WriteRows(best, context.input(0), sizes, image, attributes.Bool("clip_boxes"), outputs);
  }
  return {};
}

}  // namespace mmdeploy::op::nms
