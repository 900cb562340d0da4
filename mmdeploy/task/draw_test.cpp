#include "mmdeploy/task/draw.h"

#include <gmock/gmock.h>

#include <opencv2/imgproc.hpp>

#include "mmdeploy/task/detector/result.h"
#include "mmdeploy/task/pose_detector/result.h"
#include "mmdeploy/task/restorer/result.h"
#include "mmdeploy/task/rotated_detector/result.h"
#include "mmdeploy/task/segmentor/result.h"
#include "mmdeploy/task/text_detector/result.h"
#include "mmdeploy/task/text_recognizer/result.h"

namespace mmdeploy {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using List = Value::List;

const cv::Mat& Blank() {
  static const auto* image = new cv::Mat(400, 400, CV_8UC3, cv::Scalar(10, 20, 30));
  return *image;
}

Picture Show(const std::vector<Value>& outputs, std::vector<EdgeType> types = {},
             const Style& style = {}) {
  types.resize(outputs.size());
  return Draw(Blank(), outputs, types, style);
}

bool IsDrawnAt(const Picture& picture, int x, int y) {
  return picture.pixels.at<cv::Vec3b>(y, x) != cv::Vec3b(10, 20, 30);
}

bool Same(const Picture& a, const Picture& b) {
  return a.pixels.size() == b.pixels.size() && cv::norm(a.pixels, b.pixels, cv::NORM_INF) == 0;
}

Value Object(float left, float top) {
  Detection object;
  object.label_id = 1;
  object.score = 0.9F;
  object.bbox = {left, top, left + 80, top + 60};
  return Value(object);
}

Value Turned(float x, float y) {
  RotatedDetection object;
  object.label_id = 1;
  object.score = 0.9F;
  object.rbbox = {x, y, 60, 40, 0.5F};
  return Value(object);
}

Value Pose(float x, float y) {
  PoseDetection pose;
  pose.points = {{x, y}, {x + 20, y + 30}};
  pose.scores = {0.9F, 0.8F};
  return Value(pose);
}

Value Quadrangle(float x, float y) {
  TextDetection text;
  text.bbox = {Point{x, y}, {x + 70, y}, {x + 70, y + 20}, {x, y + 20}};
  text.score = 0.9F;
  return Value(text);
}

Value Text(const std::string& text) {
  TextRecognition result;
  result.text = text;
  result.scores.assign(text.size(), 0.5F);
  return Value(result);
}

EdgeType OfCutImage() {
  EdgeType type;
  type.of_cut_image = true;
  return type;
}

TEST(Draw, TextsThatTheFontLacksGetNumbers) {
  const Value quads(List{Quadrangle(40, 40), Quadrangle(40, 140), Quadrangle(40, 240)});
  const auto shown = [&](const char* a, const char* b, const char* c) {
    return Show({quads, Value(List{Text(a), Text(b), Text(c)})});
  };
  EXPECT_THAT(shown("M\xC3\xBCller", "plain", "M\xC3\xBCller").legend,
              ElementsAre("M\xC3\xBCller"));
  EXPECT_THAT(shown("\xE4\xB8\xAD\xE6\x96\x87", "\xE4\xB8\xAD", "").legend,
              ElementsAre("\xE4\xB8\xAD\xE6\x96\x87", "\xE4\xB8\xAD"));
  EXPECT_THAT(shown("plain", "text", "~").legend, IsEmpty());
  // The number, then a mark for each symbol.
  EXPECT_TRUE(Same(shown("M\xC3\xBCller", "", ""), shown("[1] M?ller", "", "")));
  EXPECT_TRUE(
      Same(shown("\xE4\xB8\xAD\xE6\x96\x87", "", "\xC3\xBC"), shown("[1] ??", "", "[2] ?")));
}

TEST(Draw, TextsBelowThePictureHaveNumbersToo) {
  EXPECT_THAT(Show({Text("\xC3\xA4")}).legend, ElementsAre("'\xC3\xA4'  0.50"));
  Segmentation map;
  map.height = map.width = 2;
  map.mask = *Tensor::Allocate(DataType::kInt32, {2, 2});
  std::fill_n(map.mask.data<int32_t>(), 4, 0);
  EXPECT_THAT(Show({Value(map)}, {}, {{"Stra\xC3\x9F\x65"}, {}}).legend,
              ElementsAre("0 Stra\xC3\x9F\x65"));
}

TEST(Draw, WhatIsSaidOfAnObjectStandsBesideIt) {
  const Value texts(List{Text("\xC3\xA4"), Text("b")});
  EXPECT_THAT(Show({Value(List{Object(50, 60), Object(200, 60)}), texts}).legend,
              ElementsAre("1 0.90 \xC3\xA4"));
  EXPECT_THAT(Show({Value(List{Turned(100, 100), Turned(300, 100)}), texts}).legend,
              ElementsAre("1 0.90 \xC3\xA4"));
  EXPECT_THAT(Show({texts, Value(List{Pose(100, 100), Pose(300, 100)})}).legend,
              ElementsAre("\xC3\xA4"));
  // Of two, boxes.
  EXPECT_THAT(Show({Value(List{Pose(100, 100), Pose(300, 100)}), texts,
                    Value(List{Object(50, 60), Object(200, 60)})})
                  .legend,
              ElementsAre("1 0.90 \xC3\xA4"));
}

TEST(Draw, AllThatHasAPlaceIsDrawn) {
  const Value objects(List{Object(50, 60)}), poses(List{Pose(300, 300)});
  const Picture both = Show({objects, poses});
  EXPECT_TRUE(IsDrawnAt(both, 50, 90));    // the box
  EXPECT_TRUE(IsDrawnAt(both, 300, 300));  // the point
  EXPECT_TRUE(IsDrawnAt(both, 320, 330));
  // Two detectors that find as many objects say nothing of each other.
  const Value others(List{Object(200, 250)});
  const Picture two = Show({objects, others}, {}, {{"", "\xC3\xA4"}, {}});
  EXPECT_TRUE(IsDrawnAt(two, 50, 90) && IsDrawnAt(two, 200, 280));
  EXPECT_THAT(two.legend, ElementsAre("1 \xC3\xA4 0.90"));
  // Nor do lists of other lengths.
  const Picture more = Show({objects, Value(List{Turned(300, 300), Turned(200, 300)})});
  EXPECT_TRUE(IsDrawnAt(more, 50, 90));
  EXPECT_FALSE(Same(more, Show({objects})));
}

TEST(Draw, PlacesInPartsOfTheImageAreNotThoseOfTheImage) {
  const Value objects(List{Object(50, 60)}), poses(List{Pose(300, 300)});
  const Picture cut = Show({objects, poses}, {EdgeType(), OfCutImage()});
  EXPECT_FALSE(IsDrawnAt(cut, 300, 300));
  EXPECT_FALSE(Same(cut, Show({objects})));  // but something is said of the object
  const Picture alone = Show({poses}, {OfCutImage()});
  EXPECT_FALSE(IsDrawnAt(alone, 300, 300));
  EXPECT_GT(alone.pixels.rows, 400);  // in words
}

TEST(Draw, WhatIsBelowTheThresholdIsCounted) {
  const std::vector<Value> all{Value(List{Object(50, 60)}), Value(List{Turned(100, 100)}),
                               Value(List{Pose(300, 300), Pose(200, 200)})};
  Style style;
  const Picture normal = Show(all, {}, style);
  EXPECT_EQ(normal.hidden_objects, 0);
  EXPECT_EQ(normal.hidden_points, 0);
  style.min_score = 0.85F;
  EXPECT_EQ(Show(all, {}, style).hidden_objects, 0);
  EXPECT_EQ(Show(all, {}, style).hidden_points, 2);
  style.min_score = 0.95F;
  const Picture none = Show(all, {}, style);
  EXPECT_EQ(none.hidden_objects, 2);
  EXPECT_EQ(none.hidden_points, 4);
  EXPECT_FALSE(IsDrawnAt(none, 300, 300));
  EXPECT_TRUE(IsDrawnAt(normal, 300, 300));
}

TEST(Draw, ImagesComeLast) {
  static uint8_t pixels[200 * 200 * 3] = {};
  Restoration restored;
  restored.image.data = pixels;
  restored.image.height = restored.image.width = 200;
  restored.image.format = PixelFormat::kRgb;
  const Picture picture = Show({Value(restored), Value(List{Object(50, 60)})});
  EXPECT_EQ(picture.pixels.size(), cv::Size(400, 200));
  EXPECT_TRUE(IsDrawnAt(picture, 25, 45));
}

TEST(Draw, NothingFound) {
  for (const std::vector<Value>& outputs :
       {std::vector<Value>{Value(List())}, {Value(List()), Value(List())}}) {
    EXPECT_GT(Show(outputs).pixels.rows, 400);
  }
  EXPECT_EQ(Show({Value(List{Object(50, 60)}), Value(List())}).pixels.rows, 400);
}

TEST(Draw, NumbersThatAreNoneDoNoHarm) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(Show({Value(List{Object(nan, 1e30F), Turned(nan, nan)})}).pixels.cols, 400);
  EXPECT_EQ(Show({Value(List{Turned(nan, 1e30F)}), Value(List{Pose(nan, -1e30F)})}).pixels.cols,
            400);
}

}  // namespace
}  // namespace mmdeploy
