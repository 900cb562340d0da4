#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mmdeploy/transform/collect/collect.h"
#include "mmdeploy/transform/compose/compose.h"
#include "mmdeploy/transform/testing.h"

namespace mmdeploy {
namespace {

using testing::Apply;
using testing::Compile;
using testing::MakeImage;
using testing::Message;

TEST(CollectTest, HandsTheImageToTheNetwork) {
  const auto sample = Apply(
      R"([{"type":"LoadImageFromFile"},{"type":"ImageToTensor"},
          {"type":"Collect","keys":["img"],"meta_keys":["filename","ori_shape"]}])",
      MakeImage(PixelFormat::kBgr, 3, 4));
  ASSERT_TRUE(sample);
  const Tensor* tensor = Find(sample->tensors, "img");
  ASSERT_NE(tensor, nullptr);
  EXPECT_EQ(Describe(*tensor), "uint8 1x3x3x4");
}

TEST(CollectTest, WithoutPlanesTheImageIsOfHeightWidthChannels) {
  const auto transform = Compile(R"([{"type":"LoadImageFromFile"},{"type":"Resize","size":[2,5]},
                                     {"type":"Collect","keys":["img"]}])");
  ASSERT_TRUE(transform);
  const auto known = (*transform)->Infer({});
  ASSERT_TRUE(known) << known.error().message();
  EXPECT_EQ(Name(known->tensors->at(0).shape), "1x2x5x3");
  Sample sample;
  sample.ori_img = MakeImage(PixelFormat::kBgr, 3, 4);
  ASSERT_TRUE((*transform)->Run(sample, {}));
  EXPECT_EQ(Describe(*Find(sample.tensors, "img")), "uint8 1x2x5x3");
}

// A step of the future: points of a picture's depth, say.
class MakePoints : public Transform {
 public:
  Result<void> Run(Sample& sample, const TransformContext&) const override {
    MMDEPLOY_TRY(Tensor points, Tensor::Allocate(DataType::kFloat32, {7, 2}));
    sample.tensors.emplace_back("points", std::move(points));
    return {};
  }
  Result<StaticSample> Infer(const StaticSample& in) const override {
    StaticSample out = in;
    out.tensors->push_back({"points", DataType::kFloat32, {-1, 2}, {}});
    return out;
  }
};

TEST(CollectTest, HandsOnWhatAStepHasMade) {
  std::vector<Compose::Step> steps(3);
  steps[0] = {"load", std::move(*Compile(R"([{"type":"LoadImageFromFile"}])"))};
  steps[1] = {"points", std::make_unique<MakePoints>()};
  steps[2] = {"collect", std::make_unique<Collect>(Collect::Args{{"points", "bbox"}})};
  const Compose compose(std::move(steps));
  const auto known = compose.Infer({});
  ASSERT_TRUE(known) << known.error().message();
  ASSERT_EQ(known->tensors->size(), 2u);
  EXPECT_EQ(Name(known->tensors->at(0).shape), "?x2");
  Sample sample;
  sample.ori_img = MakeImage(PixelFormat::kBgr, 3, 4);
  sample.bbox = Rect{1, 2, 3, 4};
  ASSERT_TRUE(compose.Run(sample, {}));
  ASSERT_EQ(sample.tensors.size(), 2u);
  EXPECT_EQ(Describe(sample.tensors[0].second), "float32 7x2");
  EXPECT_EQ(Describe(sample.tensors[1].second), "float32 1x4");
  EXPECT_EQ(sample.tensors[1].second.data<float>()[3], 4);
  // A second Collect sees what the first has left, and nothing else.
  const Collect again(Collect::Args{{"points"}});
  ASSERT_TRUE(again.Run(sample, {}));
  EXPECT_EQ(sample.tensors.size(), 1u);
  EXPECT_EQ(Message(Collect(Collect::Args{{"pionts"}}).Run(sample, {})),
            "keys: nothing before this step makes 'pionts', there is: 'bbox', 'img', 'points'; did "
            "you mean 'points'?");
}

TEST(CollectTest, RefusesWhatCannotWork) {
  EXPECT_EQ(Message(Compile(R"([{"type":"Collect"}])")),
            "pipeline.json:/0: required key missing: 'keys'");
  EXPECT_EQ(Message(Compile(R"([{"type":"LoadImageFromFile"},
                                {"type":"Collect","keys":["gt_label"]}])")),
            "pipeline.json:/1 (Collect): keys: nothing before this step makes 'gt_label', there "
            "is: 'bbox', 'img'");
  EXPECT_EQ(Message(Compile(R"([{"type":"LoadImageFromFile"},{"type":"TenCrop","crop_size":2},
                                {"type":"Collect","keys":["img"]}])")),
            "pipeline.json:/2 (Collect): there are crops or frames, put FormatShape before this "
            "step to join them");
  EXPECT_EQ(Message(Apply(R"([{"type":"LoadImageFromFile"},{"type":"Collect","keys":["bbox"]}])",
                          MakeImage(PixelFormat::kBgr, 3, 4))),
            "transforms/1 (Collect): the caller has given no 'bbox' with this image");
  EXPECT_EQ(Message(Compile(R"([{"type":"Collect","keys":["img"],"meta_keys":[1]}])")),
            "pipeline.json:/0/meta_keys/0: expected a string, found number 1");
  EXPECT_EQ(Message(Apply(R"([{"type":"Collect","keys":["img"]}])", Image{})),
            "transforms/0 (Collect): there is no image, put LoadImageFromFile before this step");
}

}  // namespace
}  // namespace mmdeploy
