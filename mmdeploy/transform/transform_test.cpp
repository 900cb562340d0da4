#include "mmdeploy/transform/transform.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "mmdeploy/transform/testing.h"

namespace mmdeploy {
namespace {

// One valid use of every step.
const char* const kUses[] = {
    R"({"type":"LoadImageFromFile","color_type":"color","channel_order":"rgb","to_float32":false})",
    R"({"type":"Resize","size":[5,6],"keep_ratio":true,"interpolation":"bicubic",
        "backend":"pillow","adaptive_side":"long"})",
    R"({"type":"CenterCrop","crop_size":[3,2],"efficientnet_style":true,"crop_padding":1,
        "interpolation":"nearest","backend":"cv2","rounding":"half_even"})",
    R"({"type":"Pad","size":[9,8],"size_divisor":4,"pad_to_square":false,"pad_val":{"img":[1,2,3]},
        "padding_mode":"reflect","logical_or_val":3,"add_pix_val":1,"orientation_agnostic":true})",
    R"({"type":"LetterResize","scale":[8,9],"pad_val":114,"allow_scale_up":true,
        "use_mini_pad":true,"stretch_only":false,"interpolation":"area"})",
    R"({"type":"ResizeOCR","height":8,"min_width":4,"max_width":32,"keep_aspect_ratio":true,
        "img_pad_value":1,"width_downsample_ratio":0.25})",
    R"({"type":"RescaleToHeight","height":8,"min_width":4,"max_width":32,"width_divisor":4})",
    R"({"type":"ShortScaleAspectJitter","short_size":8,"scale_divisor":4,"ratio_range":[1,1],
        "aspect_ratio_range":[1,1]})",
    R"({"type":"TopDownGetBboxCenterScale","image_size":[8,9],"padding":1.5})",
    R"({"type":"TopDownAffine","image_size":[8,9],"use_udp":true})",
    R"({"type":"Normalize","mean":[1,2,3],"std":[4,5,6],"to_rgb":true,"to_float":true})",
    R"({"type":"ImageToTensor","keys":["img"]})",
    R"({"type":"DefaultFormatBundle","img_to_float":true})",
    R"({"type":"Collect","keys":["img"],"meta_keys":["ori_shape"]})",
    R"({"type":"ThreeCrop","crop_size":[4,3]})",
    R"({"type":"TenCrop","crop_size":[2,3]})",
    R"({"type":"FormatShape","input_format":"NCTHW"})",
    R"({"type":"Lift","transforms":[{"type":"LoadImageFromFile"}]})",
    R"({"type":"Compose","transforms":[{"type":"LoadImageFromFile"}]})",
    R"({"type":"Fused","hash_code":"x","fuse_transform":false})",
};

TEST(TransformTest, EveryStepIsUsedHere) {
  std::set<std::string> used, known;
  for (const char* use : kUses) used.insert(ParseJson(use, "use")->at("type").get<std::string>());
  for (const auto& type : TransformTypes()) known.insert(type.name);
  EXPECT_EQ(used, known);
}

TEST(TransformTest, UnknownStepListsTheKnownOnes) {
  const std::string message = testing::Message(testing::Compile(R"([{"type":"Resise"}])"));
  EXPECT_THAT(message, ::testing::StartsWith("pipeline.json:/0/type: unknown transform 'Resise', "
                                             "known: 'CenterCrop', 'Collect'"));
  EXPECT_THAT(message, ::testing::EndsWith("; did you mean 'Resize'?"));
}

TEST(TransformTest, UnknownKeysAreNotedAndStrictlyRefused) {
  const Json json = *ParseJson(R"({"type":"Resize","size":4,"colour":"red"})", "p");
  JsonNotes notes;
  ASSERT_TRUE(CreateTransform(json, JsonPath("p"), {}, &notes));
  EXPECT_THAT(notes.unknown_keys, ::testing::ElementsAre("p:/colour"));
  notes.strict = true;
  EXPECT_THAT(testing::Message(CreateTransform(json, JsonPath("p"), {}, &notes)),
              ::testing::StartsWith("p:/colour: unknown key, known here: "));
}

// Compiles and runs a list of one step behind the loader. Whatever the arguments are, this ends
// with a result or an error with a message.
void ExpectNoCrash(const Json& step) {
  for (const bool fuse : {false, true}) {
    Json chain = Json::array({{{"type", "LoadImageFromFile"}}, step, {{"type", "ImageToTensor"}}});
    const auto result =
        testing::Apply(chain.dump(), testing::MakeImage(PixelFormat::kBgr, 4, 5), fuse);
    EXPECT_TRUE(result || !result.error().message().empty());
  }
}

TEST(TransformTest, DamagedArgumentsNeverCrash) {
  const Json values = *ParseJson(
      R"([null, true, 0, -1, 7, 65536, 2147483648, 1e9, -1e300, 1e300, 1e-300, 0.5, "", "img",
          "pillow", [], {}, [0,0], [1,-1], [-1,1], [65536,65536], [65536,64], [1e300], [3],
          ["img"], {"img":1e300}, {"img":[]}])",
      "values");
  for (const char* use : kUses) {
    const Json step = *ParseJson(use, "use");
    ExpectNoCrash(step);
    for (const auto& [key, old] : step.items()) {
      Json damaged = step;
      damaged.erase(key);
      ExpectNoCrash(damaged);
      for (const auto& value : values) {
        damaged[key] = value;
        ExpectNoCrash(damaged);
      }
    }
  }
}

}  // namespace
}  // namespace mmdeploy
