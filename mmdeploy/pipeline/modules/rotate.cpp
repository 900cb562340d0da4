#include <opencv2/core.hpp>

#include "mmdeploy/pipeline/modules/images.h"
#include "mmdeploy/pipeline/modules/modules.h"
#include "mmdeploy/transform/pixels/opencv.h"

namespace mmdeploy {
namespace {

// Turns images clockwise by a right angle, or several.
class Rotate : public Module {
 public:
  explicit Rotate(int degrees) : degrees_(degrees) {
    signature_.inputs = {EdgeType{{Kind::kImage, Kind::kSample}, 0, {}}};
    signature_.outputs = {EdgeType{Kind::kImage, 0, {}}};
    signature_.outputs[0].of_cut_image = true;
  }

  const Signature& signature() const override { return signature_; }

  Result<Values> Run(Span<const Value> inputs, const RunContext& context) const override {
    MMDEPLOY_TRY(const Image image, PixelsOf(inputs[0], "turned"));
    const bool upright = degrees_ == 180;
    MMDEPLOY_TRY(Image turned, NewImage(image, upright ? image.height : image.width,
                                        upright ? image.width : image.height, context.pool));
    const int code = degrees_ == 90 ? cv::ROTATE_90_CLOCKWISE
                     : upright      ? cv::ROTATE_180
                                    : cv::ROTATE_90_COUNTERCLOCKWISE;
    MMDEPLOY_TRYV(CallOpenCv("cv::rotate", kNoPixels, [&] {
      cv::Mat to = AsMat(turned);
      cv::rotate(AsMat(image), to, code);
    }));
    return Values{Value(std::move(turned))};
  }

 private:
  Signature signature_;
  const int degrees_;
};

}  // namespace

Result<std::unique_ptr<Module>> CreateRotateModule(JsonReader& args, const ModuleEnv& env) {
  MMDEPLOY_TRY(JsonReader reader, ParamsOf(args, env));
  int degrees = 0;
  reader.Require("degrees", &degrees);
  if (reader.ok() && degrees != 90 && degrees != 180 && degrees != 270) {
    reader.Fail("degrees", fmt::format("found {}, allowed: 90, 180, 270", degrees));
  }
  MMDEPLOY_TRYV(reader.Finish());
  return std::make_unique<Rotate>(degrees);
}

}  // namespace mmdeploy
