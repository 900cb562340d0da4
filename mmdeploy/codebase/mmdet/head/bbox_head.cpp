#include <algorithm>
#include <array>
#include <cmath>

#include "mmdeploy/codebase/mmdet/head/maps.h"
#include "mmdeploy/codebase/mmdet/head/selection.h"

namespace mmdeploy {
namespace {

// How the network's numbers become boxes: mmdet's DeltaXYWHBBoxCoder.
struct DeltaCoder {
  std::array<float, 4> means{0, 0, 0, 0}, stds{1, 1, 1, 1};
  bool clip_border = true;

  // Girshick et al., "Rich feature hierarchies for accurate object detection and semantic
  // segmentation" (2014), appendix C. A side changes by the factor 1000 / 16 at most.
  std::array<float, 4> Decode(const float* box, const float* deltas,
                              const ImageShape& input) const {
    const float limit = std::log(1000.f / 16.f);
    float d[4];
    for (size_t i = 0; i < 4; ++i) d[i] = deltas[i] * stds[i] + means[i];
    const float width = box[2] - box[0], height = box[3] - box[1];
    const float x = (box[0] + box[2]) * 0.5f + width * d[0];
    const float y = (box[1] + box[3]) * 0.5f + height * d[1];
    const float half_width = width * std::exp(std::clamp(d[2], -limit, limit)) * 0.5f;
    const float half_height = height * std::exp(std::clamp(d[3], -limit, limit)) * 0.5f;
    std::array<float, 4> sides{x - half_width, y - half_height, x + half_width, y + half_height};
    if (!clip_border) return sides;
    for (size_t i = 0; i < 4; ++i) {
      const int size = i % 2 ? input.height : input.width;
      sides[i] = std::clamp(sides[i], 0.f, static_cast<float>(size));
    }
    return sides;
  }
};

struct BBoxHeadArgs {
  DeltaCoder coder;
  int num_classes = 0;
  bool class_agnostic = false;  // one box for all classes, else one for each

  int64_t BoxesOfARegion() const { return class_agnostic ? 1 : num_classes; }
};

// What mmdet's BBoxHead calculates behind the second network of a two-stage detector (partition
// `two_stage`): `rois` [R,5] of SingleRoIExtractor, `cls_score` [R,C+1] (the background is the
// last) and `bbox_pred` [R,4] or [R,4C] become `boxes` float32 [1,R,4] or, each class having its
// own, [1,R,C,4] in pixels of the network's input and `scores` [1,R,C]. MultiClassNMS selects.
// Regions without an area, which fill up the rows, get the score 0.
class BBoxHead : public Module {
 public:
  explicit BBoxHead(BBoxHeadArgs args) : args_(args) {
    constexpr int64_t kOpen = Shape::kDynamic;
    signature_.inputs = {EdgeType{Kind::kSample, 0, {}}, EdgeType{Kind::kTensors, 0, {}},
                         EdgeType{Kind::kTensors, 0, {}}};
    signature_.outputs = {
        EdgeType{Kind::kTensors,
                 0,
                 {{{"boxes", DataType::kFloat32, BoxesShape(kOpen), {}},
                   {"scores", DataType::kFloat32, {1, kOpen, args_.num_classes}, {}}}}}};
  }

  const Signature& signature() const override { return signature_; }

  Result<Values> Run(Span<const Value> inputs, const RunContext& context) const override {
    MMDEPLOY_TRY(const Tensor* rois, RequireOutput(inputs[1].tensors(), "rois", 2));
    MMDEPLOY_ENSURE(rois->shape().size() == 2 && rois->shape()[1] == 5, Code::kFail,
                    "'rois' has shape {}, expected Rx5", Name(rois->shape()));
    const int64_t count = rois->shape()[0];
    const int64_t classes = args_.num_classes, sides = 4 * args_.BoxesOfARegion();
    MMDEPLOY_TRY(const Tensor* logits, Rows(inputs[2].tensors(), "cls_score", count, classes + 1));
    MMDEPLOY_TRY(const Tensor* deltas, Rows(inputs[2].tensors(), "bbox_pred", count, sides));
    MMDEPLOY_TRY(Tensor boxes,
                 Tensor::Allocate(DataType::kFloat32, BoxesShape(count), context.pool));
    MMDEPLOY_TRY(Tensor scores,
                 Tensor::Allocate(DataType::kFloat32, {1, count, classes}, context.pool));
    const ImageShape input = InputShape(inputs[0].sample().meta);
    for (int64_t i = 0; i < count; ++i) {
      float* of_row = scores.data<float>() + i * classes;
      Softmax(logits->data<float>() + i * (classes + 1), of_row);
      const float* roi = rois->data<float>() + 5 * i + 1;
      DecodeRegion(roi, deltas->data<float>() + i * sides, input, boxes.data<float>() + i * sides);
      if (!(roi[2] > roi[0] && roi[3] > roi[1])) std::fill_n(of_row, classes, 0.f);
    }
    return Values{Value(NamedTensors{{"boxes", boxes}, {"scores", scores}})};
  }

 private:
  // An output of `count` rows of `columns` numbers, whatever its axes.
  static Result<const Tensor*> Rows(const NamedTensors& outputs, const std::string& name,
                                    int64_t count, int64_t columns) {
    MMDEPLOY_TRY(const Tensor* tensor, RequireOutput(outputs, name, 2));
    const Shape& shape = tensor->shape();
    MMDEPLOY_ENSURE(tensor->num_elements() == count * columns && shape[shape.size() - 1] == columns,
                    Code::kFail,
                    "output '{}' has shape {}, expected {}x{}; check `num_classes` and "
                    "`reg_class_agnostic` in the params of this component",
                    name, Name(shape), count, columns);
    return tensor;
  }

  Shape BoxesShape(int64_t count) const {
    return args_.class_agnostic ? Shape{1, count, 4} : Shape{1, count, args_.num_classes, 4};
  }

  // The boxes of one region.
  void DecodeRegion(const float* roi, const float* deltas, const ImageShape& input,
                    float* boxes) const {
    for (int64_t k = 0; k < args_.BoxesOfARegion(); ++k) {
      const auto box = args_.coder.Decode(roi, deltas + 4 * k, input);
      std::copy(box.begin(), box.end(), boxes + 4 * k);
    }
  }

  // Scores of all classes but the background.
  void Softmax(const float* logits, float* scores) const {
    const float largest = *std::max_element(logits, logits + args_.num_classes + 1);
    float sum = std::exp(logits[args_.num_classes] - largest);
    for (int64_t i = 0; i < args_.num_classes; ++i)
      sum += scores[i] = std::exp(logits[i] - largest);
    for (int64_t i = 0; i < args_.num_classes; ++i) scores[i] /= sum;
  }

  Signature signature_;
  const BBoxHeadArgs args_;
};

void ReadFour(JsonReader& reader, std::string_view key, std::array<float, 4>* numbers) {
  std::vector<float> read(numbers->begin(), numbers->end());
  reader.Read(key, &read);
  if (read.size() != 4) {
    reader.Fail(key, fmt::format("expected 4 numbers, found {}", read.size()));
    return;
  }
  std::copy(read.begin(), read.end(), numbers->begin());
}

Result<DeltaCoder> ReadCoder(JsonReader& params) {
  DeltaCoder coder;
  bool add_ctr_clamp = false;  // another way to decode
  params.Describe("bbox_coder", "object: `target_means`, `target_stds`, `clip_border`");
  const Json* json = params.RequireMember("bbox_coder");
  if (!json) return MakeError(params.Finish().error());
  MMDEPLOY_TRYV(ExpectObject(*json, params.path() / "bbox_coder"));
  JsonReader reader(*json, params.path() / "bbox_coder", nullptr);
  std::string type;
  reader.ReadEnum<std::string>("type", {{"DeltaXYWHBBoxCoder", "DeltaXYWHBBoxCoder"}}, &type);
  ReadFour(reader, "target_means", &coder.means);
  ReadFour(reader, "target_stds", &coder.stds);
  reader.Read("clip_border", &coder.clip_border);
  reader.Read("add_ctr_clamp", &add_ctr_clamp);
  if (add_ctr_clamp) {
    reader.Fail("add_ctr_clamp",
                "found true, allowed: false; convert the detector whole, without partition_config");
  }
  reader.Ignore({"ctr_clamp"});  // means nothing without it
  reader.AcceptAnyKey();
  MMDEPLOY_TRYV(reader.Finish());
  return coder;
}

// What is known of the outputs when the model is loaded must have the right number of columns.
Result<void> CheckColumns(const ModuleEnv& env, const JsonPath& path, const std::string& name,
                          int64_t columns) {
  const auto* outputs = KnownOutputs(env);
  if (!outputs) return {};
  for (const StaticTensor& output : *outputs) {
    if (output.name != name || output.shape.empty()) continue;
    const int64_t found = output.shape[output.shape.size() - 1];
    MMDEPLOY_ENSURE(found < 0 || found == columns, Code::kFail,
                    "{}: the network's output '{}' has {} columns, expected {}; check "
                    "`num_classes` and `reg_class_agnostic`",
                    path.str(), name, found, columns);
  }
  return {};
}

Result<std::unique_ptr<Module>> Create(JsonReader& params, const ModuleEnv& env) {
  BBoxHeadArgs args;
  params.Require("num_classes", &args.num_classes, 1, 1 << 20);
  params.Read("reg_class_agnostic", &args.class_agnostic);
  MMDEPLOY_TRY(args.coder, ReadCoder(params));
  MMDEPLOY_TRYV(params.Finish());
  MMDEPLOY_ENSURE(env.inputs.size() == 3, Code::kFail,
                  "{}: {} inputs, expected the preprocessed image, the regions of "
                  "SingleRoIExtractor, and the outputs of the second network",
                  params.path().str(), env.inputs.size());
  MMDEPLOY_TRYV(CheckOutputs(
      env, params.path(),
      {{"cls_score", {DataType::kFloat32}, 2}, {"bbox_pred", {DataType::kFloat32}, 2}}));
  MMDEPLOY_TRYV(CheckColumns(env, params.path(), "cls_score", args.num_classes + 1));
  MMDEPLOY_TRYV(CheckColumns(env, params.path(), "bbox_pred", 4 * args.BoxesOfARegion()));
  return std::make_unique<BBoxHead>(args);
}

}  // namespace

std::vector<HeadType> bbox_head_heads() { return {{"mmdet", "BBoxHead", Create}}; }

}  // namespace mmdeploy
