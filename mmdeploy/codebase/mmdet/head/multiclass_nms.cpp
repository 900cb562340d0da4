#include <algorithm>
#include <numeric>

#include "mmdeploy/codebase/mmdet/head/boxes.h"

namespace mmdeploy {
namespace {

// What NonMaxSuppression of the exported graph would get; the names are those of
// codebase_config.post_processing.
struct NmsArgs {
  float score_threshold = 0.05f;
  float iou_threshold = 0.5f;
  int max_output_boxes_per_class = 200;
  int pre_top_k = -1;
  int keep_top_k = -1;
};

// A box of one class.
struct Candidate {
  int label = 0;
  float score = 0;
  int64_t row = 0;
};

double Overlap(const float* a, const float* b) {
  const auto area = [](double left, double top, double right, double bottom) {
    return std::max(0.0, right - left) * std::max(0.0, bottom - top);
  };
  const double common =
      area(std::max(a[0], b[0]), std::max(a[1], b[1]), std::min(a[2], b[2]), std::min(a[3], b[3]));
  const double all = area(a[0], a[1], a[2], a[3]) + area(b[0], b[1], b[2], b[3]) - common;
  return all > 0 ? common / all : 0;
}

// The first `count` of `size` indices by falling key; equal keys in their order. All for count < 1.
template <class Key>
std::vector<int64_t> Best(int64_t size, int count, Key&& key) {
  std::vector<int64_t> order(static_cast<size_t>(size));
  std::iota(order.begin(), order.end(), int64_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](int64_t a, int64_t b) { return key(a) > key(b); });
  if (count > 0 && count < size) order.resize(static_cast<size_t>(count));
  return order;
}

// A one-stage detector that is cut before its non-maximum suppression (partition `single_stage`):
// boxes [1,N,4] and scores [1,N,C] to what ResizeBBox gives.
class MultiClassNms : public Module {
 public:
  MultiClassNms(BoxArgs boxes, NmsArgs nms)
      : signature_(HeadSignature<Detection>(2)), box_args_(boxes), args_(nms) {}

  const Signature& signature() const override { return signature_; }

  Result<Values> Run(Span<const Value> inputs, const RunContext&) const override {
    const NamedTensors& outputs = inputs[1].tensors();
    MMDEPLOY_TRY(const Tensor* boxes, RequireOutput(outputs, "boxes", 3));
    MMDEPLOY_TRY(const Tensor* scores, RequireOutput(outputs, "scores", 3));
    const Shape &b = boxes->shape(), &s = scores->shape();
    MMDEPLOY_ENSURE(
        b.size() == 3 && s.size() == 3 && b[0] == 1 && s[0] == 1 && b[2] == 4 && b[1] == s[1],
        Code::kFail,
        "outputs 'boxes' {} and 'scores' {} do not belong together, expected 1xNx4 and "
        "1xNxC",
        Name(b), Name(s));
    MMDEPLOY_TRY(const NamedTensors dets, ToDets(*boxes, Select(*boxes, *scores)));
    MMDEPLOY_TRY(auto mapped, MapBoxes(dets, inputs[0].sample().meta, box_args_));
    Value::List results;
    for (auto& box : mapped) results.emplace_back(std::move(box.detection));
    return Values{Value(std::move(results))};
  }

 private:
  // By falling score.
  std::vector<Candidate> Select(const Tensor& boxes, const Tensor& scores) const {
    const int64_t count = scores.shape()[1], classes = scores.shape()[2];
    const float* data = scores.data<float>();
    const auto rows = Best(count, args_.pre_top_k, [&](int64_t row) {
      return classes ? *std::max_element(data + row * classes, data + (row + 1) * classes) : 0.f;
    });
    std::vector<Candidate> selected;
    for (int64_t label = 0; label < classes; ++label) {
      std::vector<Candidate> candidates;
      for (const int64_t row : rows) {
        const float score = data[row * classes + label];
        if (score > args_.score_threshold)
          candidates.push_back({static_cast<int>(label), score, row});
      }
      Suppress(boxes.data<float>(), &candidates);
      selected.insert(selected.end(), candidates.begin(), candidates.end());
    }
    const auto order = Best(static_cast<int64_t>(selected.size()), args_.keep_top_k,
                            [&](int64_t i) { return selected[static_cast<size_t>(i)].score; });
    std::vector<Candidate> best;
    for (const int64_t i : order) best.push_back(selected[static_cast<size_t>(i)]);
    return best;
  }

  // Keeps those that overlap no better one too much.
  void Suppress(const float* boxes, std::vector<Candidate>* candidates) const {
    std::stable_sort(candidates->begin(), candidates->end(),
                     [](const Candidate& a, const Candidate& b) { return a.score > b.score; });
    std::vector<Candidate> kept;
    for (const Candidate& candidate : *candidates) {
      if (kept.size() == static_cast<size_t>(args_.max_output_boxes_per_class)) break;
      const bool overlaps = std::any_of(kept.begin(), kept.end(), [&](const Candidate& better) {
        return Overlap(boxes + 4 * candidate.row, boxes + 4 * better.row) > args_.iou_threshold;
      });
      if (!overlaps) kept.push_back(candidate);
    }
    *candidates = std::move(kept);
  }

  static Result<NamedTensors> ToDets(const Tensor& boxes, const std::vector<Candidate>& selected) {
    const auto count = static_cast<int64_t>(selected.size());
    MMDEPLOY_TRY(const Tensor dets, Tensor::Allocate(DataType::kFloat32, {1, count, 5}));
    MMDEPLOY_TRY(const Tensor labels, Tensor::Allocate(DataType::kInt32, {1, count}));
    for (int64_t i = 0; i < count; ++i) {
      const Candidate& box = selected[static_cast<size_t>(i)];
      std::copy_n(boxes.data<float>() + 4 * box.row, 4, dets.data<float>() + 5 * i);
      dets.data<float>()[5 * i + 4] = box.score;
      labels.data<int32_t>()[i] = box.label;
    }
    return NamedTensors{{"dets", dets}, {"labels", labels}};
  }

  Signature signature_;
  const BoxArgs box_args_;
  const NmsArgs args_;
};

Result<std::unique_ptr<Module>> Create(JsonReader& params, const ModuleEnv& env) {
  const BoxArgs boxes = ReadBoxArgs(params);
  NmsArgs nms;
  params.Read("score_threshold", &nms.score_threshold);
  params.Read("iou_threshold", &nms.iou_threshold, 0.f, 1.f);
  params.Read("max_output_boxes_per_class", &nms.max_output_boxes_per_class, 0, 1 << 20);
  params.Read("pre_top_k", &nms.pre_top_k, -1, 1 << 24);
  params.Read("keep_top_k", &nms.keep_top_k, -1, 1 << 24);
  MMDEPLOY_TRYV(params.Finish());
  MMDEPLOY_TRYV(CheckTakesImage(env, params.path()));
  MMDEPLOY_TRYV(
      CheckOutputs(env, params.path(),
                   {{"boxes", {DataType::kFloat32}, 3}, {"scores", {DataType::kFloat32}, 3}}));
  return std::make_unique<MultiClassNms>(boxes, nms);
}

}  // namespace

std::vector<HeadType> multiclass_nms_heads() { return {{"mmdet", "MultiClassNMS", Create}}; }

}  // namespace mmdeploy
