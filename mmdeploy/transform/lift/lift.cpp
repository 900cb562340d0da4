#include "mmdeploy/transform/lift/lift.h"

#include "mmdeploy/transform/step.h"

namespace mmdeploy {

Result<void> Lift::Run(Sample& sample, const TransformContext& context) const {
  std::vector<Image> frames = sample.frames;
  if (frames.empty()) frames.push_back(sample.ori_img);
  std::vector<std::vector<Tensor>> images;  // of each frame
  for (size_t i = 0; i < frames.size(); ++i) {
    Sample frame;
    frame.ori_img = frames[i];
    if (auto result = steps_->Run(frame, context); !result) {
      return MakeError(result.error().In(fmt::format("frame {}", i)));
    }
    if (frame.imgs.empty()) frame.imgs = {frame.img};
    MMDEPLOY_ENSURE(i == 0 || frame.imgs.size() == images[0].size(), Code::kInvalidArgument,
                    "frame {} gives {} images, frame 0 gives {}", i, frame.imgs.size(),
                    images.empty() ? 0 : images[0].size());
    if (i == 0) sample.meta = frame.meta;
    images.push_back(std::move(frame.imgs));
  }
  sample.img = {};
  sample.imgs.clear();
  for (size_t crop = 0; crop < images[0].size(); ++crop) {
    for (const auto& frame : images) sample.imgs.push_back(frame[crop]);
  }
  return {};
}

Result<StaticSample> Lift::Infer(const StaticSample& in) const {
  MMDEPLOY_TRY(StaticSample out, steps_->Infer(in));
  out.img.several = true;
  return out;
}

namespace {

Result<std::unique_ptr<Transform>> Create(JsonReader& reader, const TransformOptions& options) {
  reader.Describe("transforms", "array of steps");
  const Json* transforms = reader.RequireMember("transforms");
  MMDEPLOY_TRYV(reader.Finish());
  MMDEPLOY_TRY(auto steps, CompileTransforms(*transforms, reader.path() / "transforms", options,
                                             options.notes, options.fuse));
  return std::make_unique<Lift>(std::move(steps));
}

}  // namespace

TransformType lift_transform() { return {"Lift", Create}; }

}  // namespace mmdeploy
