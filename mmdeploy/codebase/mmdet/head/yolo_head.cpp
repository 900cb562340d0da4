#include <algorithm>
#include <cmath>

#include "mmdeploy/codebase/mmdet/head/raw_head.h"
#include "mmdeploy/codebase/mmdet/head/yolo.h"
#include "mmdeploy/task/detector/result.h"

namespace mmdeploy {
namespace {

enum class Version { kV3, kV5 };

// Maps of YOLOv3 or YOLOv5 to boxes, as 1.x selects them (sdk interface 16.12).
class YoloHead : public Module {
 public:
  YoloHead(Version version, YoloAnchors anchors, RawHeadArgs args)
      : signature_(HeadSignature<Detection>(2)),
        version_(version),
        anchors_(std::move(anchors)),
        args_(args) {}

  const Signature& signature() const override { return signature_; }

  Result<Values> Run(Span<const Value> inputs, const RunContext&) const override {
    const ImageMeta& meta = inputs[0].sample().meta;
    MMDEPLOY_TRY(const auto maps, YoloMaps::FromOutputs(inputs[1].tensors(), anchors_, meta));
    const ImageShape input = InputShape(meta);
    RawBoxes boxes;
    maps.ForEach([&](const YoloPrediction& prediction) {
      const float confidence = Sigmoid(prediction[4]);
      if (confidence < args_.score_thr) return;
      const BestClass best(prediction.numbers + 5 * prediction.plane, maps.num_classes(),
                           prediction.plane);
      const auto corners = version_ == Version::kV3 ? prediction.BoxOfV3() : prediction.BoxOfV5();
      boxes.Add(ToPixels(corners, input), best.label, Sigmoid(best.score) * confidence);
    });
    return AnswerRawBoxes(std::move(boxes), args_, meta);
  }

 private:
  // Whole pixels inside of the network's input.
  static std::array<float, 4> ToPixels(const std::array<float, 4>& corners,
                                       const ImageShape& input) {
    const auto clip = [](float side, int size) {
      return std::trunc(std::clamp(side, 0.f, static_cast<float>(size)));
    };
    return {clip(corners[0], input.width), clip(corners[1], input.height),
            clip(corners[2], input.width), clip(corners[3], input.height)};
  }

  Signature signature_;
  const Version version_;
  const YoloAnchors anchors_;
  const RawHeadArgs args_;
};

template <Version kVersion>
Result<std::unique_ptr<Module>> Create(JsonReader& params, const ModuleEnv& env) {
  MMDEPLOY_TRY(const auto args, ReadRawHeadArgs(params));
  MMDEPLOY_TRY(auto anchors, YoloAnchors::Read(params));
  MMDEPLOY_TRYV(params.Finish());
  MMDEPLOY_TRYV(CheckTakesImage(env, params.path()));
  MMDEPLOY_TRYV(anchors.Check(env, params.path()));
  return std::make_unique<YoloHead>(kVersion, std::move(anchors), args);
}

}  // namespace

std::vector<HeadType> yolo_head_heads() {
  return {{"mmdet", "YOLOV3Head", Create<Version::kV3>},
          {"mmdet", "YOLOv5Head", Create<Version::kV5>}};
}

}  // namespace mmdeploy
