#include "mmdeploy/codebase/mmdet/head/selection.h"

#include <algorithm>
#include <numeric>

#include "mmdeploy/op/nms/nms.h"

namespace mmdeploy {
namespace {

// The `count` best of all by falling key, equal ones in their order; all for a count below 1.
template <class T, class Key>
void KeepBest(std::vector<T>* items, int64_t count, Key&& key) {
  std::stable_sort(items->begin(), items->end(),
                   [&](const T& a, const T& b) { return key(a) > key(b); });
  if (count > 0 && count < static_cast<int64_t>(items->size())) {
    items->erase(items->begin() + count, items->end());
  }
}

float ScoreOf(const Candidate& candidate) { return candidate.score; }

// Rows that take part, in the order in which equal scores stand.
std::vector<int64_t> RowsThatTakePart(const Tensor& scores, int count) {
  std::vector<int64_t> rows(static_cast<size_t>(scores.shape()[1]));
  std::iota(rows.begin(), rows.end(), int64_t{0});
  const int64_t classes = scores.shape()[2];
  if (count < 1 || classes == 0) return rows;
  std::vector<float> best;
  for (const int64_t row : rows) {
    const float* first = scores.data<float>() + row * classes;
    best.push_back(*std::max_element(first, first + classes));
  }
  KeepBest(&rows, count, [&](int64_t row) { return best[static_cast<size_t>(row)]; });
  return rows;
}

// Candidates of each class. One pass over the scores, which lie row by row.
std::vector<std::vector<Candidate>> AboveThreshold(const ScoredBoxes& input,
                                                   const SelectionArgs& args) {
  const Tensor& scores = input.scores;
  const int64_t classes = scores.shape()[2];
  std::vector<std::vector<Candidate>> found(static_cast<size_t>(classes));
  for (const int64_t row : RowsThatTakePart(scores, args.pre_top_k)) {
    const float* of_row = scores.data<float>() + row * classes;
    for (int64_t label = 0; label < classes; ++label) {
      if (of_row[label] > args.score_threshold) {
        found[static_cast<size_t>(label)].push_back(
            {static_cast<int>(label), of_row[label], input.RowOf(row, label)});
      }
    }
  }
  return found;
}

// Sorts, and drops what overlaps a better one too much; at most `count` stay (below 1: all).
void Suppress(const float* boxes, float iou_threshold, int64_t count,
              std::vector<Candidate>* candidates) {
  KeepBest(candidates, 0, ScoreOf);
  std::vector<int> order;
  for (const Candidate& candidate : *candidates) order.push_back(static_cast<int>(candidate.row));
  const std::vector<int> owners = op::nms::Suppress({boxes, 4}, order, iou_threshold);
  size_t kept = 0;
  for (size_t i = 0; i < order.size() && (count < 1 || kept < static_cast<size_t>(count)); ++i) {
    if (owners[i] == static_cast<int>(i)) (*candidates)[kept++] = (*candidates)[i];
  }
  candidates->resize(kept);
}

}  // namespace

SelectionArgs ReadSelectionArgs(JsonReader& params) {
  SelectionArgs args;
  params.Read("score_threshold", &args.score_threshold);
  params.Read("iou_threshold", &args.iou_threshold, 0.f, 1.f);
  params.Read("max_output_boxes_per_class", &args.max_output_boxes_per_class, 0, 1 << 20);
  params.Read("pre_top_k", &args.pre_top_k, -1, 1 << 24);
  params.Read("keep_top_k", &args.keep_top_k, -1, 1 << 24);
  return args;
}

std::vector<OutputSpec> ScoredBoxes::Specs() {
  return {{"boxes", {DataType::kFloat32}, 3}, {"scores", {DataType::kFloat32}, 3}};
}

Result<ScoredBoxes> ScoredBoxes::FromOutputs(const NamedTensors& outputs) {
  MMDEPLOY_TRY(const Tensor* boxes, RequireOutput(outputs, "boxes", 3));
  MMDEPLOY_TRY(const Tensor* scores, RequireOutput(outputs, "scores", 3));
  const Shape &b = boxes->shape(), &s = scores->shape();
  const bool shared = b.size() == 3 && s.size() == 3;
  const bool own = b.size() == 4 && s.size() == 3 && b[2] == s[2];
  const bool fit = (shared || own) && b[0] == 1 && s[0] == 1 && b[b.size() - 1] == 4;
  MMDEPLOY_ENSURE(fit && b[1] == s[1], Code::kFail,
                  "outputs 'boxes' {} and 'scores' {} do not belong together, expected 1xNx4, or "
                  "1xNxCx4 where each class has its own box, and 1xNxC",
                  Name(b), Name(s));
  return ScoredBoxes{*boxes, *scores};
}

std::vector<Candidate> SelectPerClass(const ScoredBoxes& input, const SelectionArgs& args) {
  std::vector<Candidate> selected;
  if (args.max_output_boxes_per_class == 0) return selected;
  for (auto& candidates : AboveThreshold(input, args)) {
    KeepBest(&candidates, args.nms_pre, ScoreOf);
    Suppress(input.boxes.data<float>(), args.iou_threshold, args.max_output_boxes_per_class,
             &candidates);
    selected.insert(selected.end(), candidates.begin(), candidates.end());
  }
  KeepBest(&selected, args.keep_top_k, ScoreOf);
  return selected;
}

std::vector<Candidate> SelectAcrossClasses(const Corners& boxes, std::vector<Candidate> candidates,
                                           float iou_threshold) {
  Suppress(boxes.empty() ? nullptr : boxes[0].data(), iou_threshold, 0, &candidates);
  return candidates;
}

Result<NamedTensors> ToDets(const float* boxes, const std::vector<Candidate>& candidates) {
  const auto count = static_cast<int64_t>(candidates.size());
  MMDEPLOY_TRY(const Tensor dets, Tensor::Allocate(DataType::kFloat32, {1, count, 5}));
  MMDEPLOY_TRY(const Tensor labels, Tensor::Allocate(DataType::kInt32, {1, count}));
  for (int64_t i = 0; i < count; ++i) {
    const Candidate& box = candidates[static_cast<size_t>(i)];
    std::copy_n(boxes + 4 * box.row, 4, dets.data<float>() + 5 * i);
    dets.data<float>()[5 * i + 4] = box.score;
    labels.data<int32_t>()[i] = box.label;
  }
  return NamedTensors{{"dets", dets}, {"labels", labels}};
}

}  // namespace mmdeploy
