#include "mmdeploy/codebase/mmdet/head/selection.h"
#include "mmdeploy/codebase/mmdet/head/yolo.h"

namespace mmdeploy {
namespace {

// What mmdet's YOLOV3Head calculates behind its maps, which a network gives that is cut there
// (partition `yolov3_partition`): boxes float32 [1,N,4] in pixels of the network's input, and
// scores [1,N,C], class times objectness, 0 unless both are high enough. MultiClassNMS selects.
class Yolov3Decode : public Module {
 public:
  Yolov3Decode(YoloAnchors anchors, float conf_thr, float score_thr)
      : anchors_(std::move(anchors)), conf_thr_(conf_thr), score_thr_(score_thr) {
    signature_.inputs = {EdgeType{Kind::kSample, 0, {}}, EdgeType{Kind::kTensors, 0, {}}};
    const int64_t classes = anchors_.num_classes ? anchors_.num_classes : Shape::kDynamic;
    signature_.outputs = {
        EdgeType{Kind::kTensors,
                 0,
                 {{{"boxes", DataType::kFloat32, {1, Shape::kDynamic, 4}, {}},
                   {"scores", DataType::kFloat32, {1, Shape::kDynamic, classes}, {}}}}}};
  }

  const Signature& signature() const override { return signature_; }

  Result<Values> Run(Span<const Value> inputs, const RunContext& context) const override {
    MMDEPLOY_TRY(const auto maps,
                 YoloMaps::FromOutputs(inputs[1].tensors(), anchors_, inputs[0].sample().meta));
    const int classes = maps.num_classes();
    const int64_t count = maps.num_predictions();
    MMDEPLOY_TRY(Tensor boxes, Tensor::Allocate(DataType::kFloat32, {1, count, 4}, context.pool));
    MMDEPLOY_TRY(Tensor scores,
                 Tensor::Allocate(DataType::kFloat32, {1, count, classes}, context.pool));
    float* box = boxes.data<float>();
    float* score = scores.data<float>();
    maps.ForEach([&](const YoloPrediction& prediction) {
      const auto corners = prediction.BoxOfV3();
      box = std::copy(corners.begin(), corners.end(), box);
      const float confidence = Sigmoid(prediction[4]);
      for (int label = 0; label < classes; ++label) {
        float value = 0;
        if (confidence >= conf_thr_) {
          const float likely = Sigmoid(prediction[5 + label]);
          value = likely > score_thr_ ? likely * confidence : 0;
        }
        *score++ = value;
      }
    });
    return Values{Value(NamedTensors{{"boxes", boxes}, {"scores", scores}})};
  }

 private:
  Signature signature_;
  const YoloAnchors anchors_;
  const float conf_thr_, score_thr_;
};

Result<std::unique_ptr<Module>> Create(JsonReader& params, const ModuleEnv& env) {
  float conf_thr = 0.005f, score_thr = 0.05f;
  params.Read("conf_thr", &conf_thr);
  params.Read("score_thr", &score_thr);
  MMDEPLOY_TRY(auto anchors, YoloAnchors::Read(params));
  MMDEPLOY_TRYV(params.Finish());
  MMDEPLOY_TRYV(CheckTakesImage(env, params.path()));
  MMDEPLOY_TRYV(anchors.Check(env, params.path()));
  return std::make_unique<Yolov3Decode>(std::move(anchors), conf_thr, score_thr);
}

}  // namespace

std::vector<HeadType> yolov3_decode_heads() { return {{"mmdet", "YOLOV3Decode", Create}}; }

}  // namespace mmdeploy
