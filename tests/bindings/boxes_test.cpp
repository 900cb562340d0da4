// Tasks that take boxes, through C and C++: their order, images without boxes, whole images.
#include <gmock/gmock.h>

#include <vector>

#include "mmdeploy/pose_detector.hpp"
#include "mmdeploy/text_recognizer.hpp"

namespace {

using mmdeploy::Mat;
using mmdeploy::Rect;
using ::testing::HasSubstr;

constexpr char kModel[] = "mmdeploy/task/pose_detector/golden/model";

class BoxesTest : public ::testing::Test {
 protected:
  Mat Image(int height, int width) {
    pixels_.emplace_back(static_cast<size_t>(height * width * 3), uint8_t{7});
    return Mat(height, width, 3, MMDEPLOY_PIXEL_FORMAT_BGR, MMDEPLOY_DATA_TYPE_UINT8,
               pixels_.back().data());
  }

  // The first point of the box, which the model puts at the same place of every box.
  static float FirstX(const Rect& box) {
    const float width = box.right - box.left + 1, height = box.bottom - box.top + 1;
    const float size = std::max(width, height) * 1.25f;
    return 3.25f * size / 8 + box.left + width / 2 - size / 2;
  }

  std::vector<std::vector<uint8_t>> pixels_;
  mmdeploy::PoseDetector detector_{mmdeploy::Model(kModel), mmdeploy::Device("cpu")};
};

TEST_F(BoxesTest, ResultsAreInTheOrderOfTheBoxes) {
  const std::vector<Mat> images{Image(40, 60), Image(30, 30), Image(50, 20)};
  const std::vector<Rect> boxes{{0, 0, 19, 19}, {10, 5, 49, 34}, {2, 2, 11, 41}};
  const auto results = detector_.Apply(images, boxes, {2, 0, 1});
  ASSERT_EQ(results.size(), 3u);
  ASSERT_EQ(results[0].size(), 2u);
  EXPECT_EQ(results[1].size(), 0u);
  ASSERT_EQ(results[2].size(), 1u);
  EXPECT_EQ(results[0][0].length, 4);
  EXPECT_NEAR(results[0][0].point[0].x, FirstX(boxes[0]), 1e-3);
  EXPECT_NEAR(results[0][1].point[0].x, FirstX(boxes[1]), 1e-3);
  EXPECT_NEAR(results[2][0].point[0].x, FirstX(boxes[2]), 1e-3);
}

TEST_F(BoxesTest, WithoutBoxesTheImageIsOne) {
  const Mat image = Image(40, 60);
  const auto whole = detector_.Apply(image);
  ASSERT_EQ(whole.size(), 1u);
  EXPECT_NEAR(whole[0].point[0].x, FirstX({0, 0, 59, 39}), 1e-3);
  const auto box = detector_.Apply(image, {Rect{0, 0, 59, 39}});
  EXPECT_EQ(box[0].point[0].x, whole[0].point[0].x);
}

TEST_F(BoxesTest, NoBoxesAtAllGiveNothing) {
  const std::vector<Mat> images{Image(40, 60), Image(30, 30)};
  const auto results = detector_.Apply(images, {}, {0, 0});
  ASSERT_EQ(results.size(), 2u);
  EXPECT_TRUE(results[0].empty() && results[1].empty());
}

// A page on which a detector finds nothing, as demo/csrc/text_ocr.cxx passes it on.
TEST_F(BoxesTest, NoBoxesOfOneImageGiveNothing) {
  const Mat image = Image(40, 60);
  EXPECT_TRUE(detector_.Apply(image, std::vector<Rect>()).empty());
  EXPECT_TRUE(detector_.Apply(image, {}).empty());
  const mmdeploy::TextRecognizer recognizer(
      mmdeploy::Model("mmdeploy/task/text_recognizer/golden/model"), mmdeploy::Device("cpu"));
  EXPECT_TRUE(recognizer.Apply(image, std::vector<mmdeploy::TextDetection>()).empty());
  EXPECT_EQ(recognizer.Apply(image).size(), 1u);
}

TEST_F(BoxesTest, WrongBoxesAreNamed) {
  const Mat image = Image(40, 60);
  const auto message = [&](const Rect& box) -> std::string {
    try {
      detector_.Apply(image, {box});
    } catch (const mmdeploy::Exception& e) {
      return e.what();
    }
    return "";
  };
  EXPECT_THAT(message({10, 0, 5, 5}),
              HasSubstr("box 0 of image 0: [10, 0, 5, 5], expected numbers between -1e9 and 1e9 "
                        "with left <= right"));
  EXPECT_THAT(message({0, 0, 1e30F, 1e30F}), HasSubstr("box 0 of image 0: [0, 0, 1e+30, 1e+30]"));
  EXPECT_THAT(message({-1e9F, 0, 5, 5}), HasSubstr("box 0 of image 0: [-1000000000, 0, 5, 5]"));
  EXPECT_THAT(message({NAN, 0, 5, 5}), HasSubstr("box 0 of image 0"));
  const std::vector<Mat> images{image};
  EXPECT_THROW(detector_.Apply(images, {Rect{0, 0, 5, 5}}, {2}), mmdeploy::Exception);
  EXPECT_THROW(detector_.Apply(images, {Rect{0, 0, 5, 5}}, {1, 0}), mmdeploy::Exception);
}

TEST_F(BoxesTest, ValuesHoldBoxesToo) {
  mmdeploy_pose_detector_t handle{};
  ASSERT_EQ(mmdeploy_pose_detector_create_by_path(kModel, "cpu", 0, &handle), 0);
  const Mat image = Image(40, 60);
  const Rect boxes[] = {{0, 0, 19, 19}, {10, 5, 49, 34}};
  const int count = 2;
  mmdeploy_value_t input{}, output{};
  ASSERT_EQ(mmdeploy_pose_detector_create_input(&image.desc(), 1, boxes, &count, &input), 0);
  ASSERT_EQ(mmdeploy_pose_detector_apply_v2(handle, input, &output), 0);
  mmdeploy_pose_detection_t* results{};
  ASSERT_EQ(mmdeploy_pose_detector_get_result(output, &results), 0);
  EXPECT_NEAR(results[1].point[0].x, FirstX(boxes[1]), 1e-3);
  mmdeploy_pose_detector_release_result(results, 2);
  const int negative = -1;
  EXPECT_EQ(mmdeploy_pose_detector_apply_bbox(handle, &image.desc(), 1, boxes, &negative, &results),
            MMDEPLOY_E_INVALID_ARG);
  EXPECT_THAT(mmdeploy_last_error(), HasSubstr("image 0 has -1 boxes"));
  mmdeploy_value_destroy(input);
  mmdeploy_value_destroy(output);
  mmdeploy_pose_detector_destroy(handle);
}

// Text in quads of images that are gray at the left and white at the right: what is read depends on
// the mean of the patch.
class QuadsTest : public ::testing::Test {
 protected:
  QuadsTest() {
    for (size_t i = 0; i < pixels_.size(); ++i) pixels_[i] = i / 3 % 60 < 30 ? 70 : 255;
  }

  static mmdeploy::TextDetection Quad(float left, float top, float right, float bottom) {
    return {{{left, top}, {right, top}, {right, bottom}, {left, bottom}}, 0.5f};
  }

  // What is read of a picture of one level.
  std::string TextOf(uint8_t level, int height, int width) {
    std::vector<uint8_t> pixels(static_cast<size_t>(height * width * 3), level);
    const Mat image(height, width, 3, MMDEPLOY_PIXEL_FORMAT_BGR, MMDEPLOY_DATA_TYPE_UINT8,
                    pixels.data());
    return Describe(recognizer_.Apply(image)[0]);
  }

  static std::string Describe(const mmdeploy::TextRecognition& text) {
    std::string all = text.text;
    for (int i = 0; i < text.length; ++i) all += " " + std::to_string(text.score[i]);
    return all;
  }

  std::vector<uint8_t> pixels_ = std::vector<uint8_t>(40 * 60 * 3);
  const Mat image_{40, 60, 3, MMDEPLOY_PIXEL_FORMAT_BGR, MMDEPLOY_DATA_TYPE_UINT8, pixels_.data()};
  static constexpr char kReader[] = "mmdeploy/task/text_recognizer/golden/model";
  const mmdeploy::TextRecognizer recognizer_{mmdeploy::Model(kReader), mmdeploy::Device("cpu")};
};

TEST_F(QuadsTest, ResultsAreInTheOrderOfTheQuads) {
  ASSERT_NE(TextOf(70, 20, 29), TextOf(255, 20, 29));
  const std::vector<Mat> images{image_, image_, image_};
  const std::vector<mmdeploy::TextDetection> quads{Quad(31, 1, 59, 20), Quad(0, 0, 29, 20),
                                                   Quad(2, 30, 29, 39)};
  const auto results = recognizer_.Apply(images, quads, {2, 0, 1});
  ASSERT_EQ(results.size(), 3u);
  ASSERT_EQ(results[0].size(), 2u);
  EXPECT_TRUE(results[1].empty());
  EXPECT_EQ(Describe(results[0][0]), TextOf(255, 19, 28));
  EXPECT_EQ(Describe(results[0][1]), TextOf(70, 20, 29));
  EXPECT_EQ(Describe(results[2][0]), TextOf(70, 9, 27));
  for (const auto& text : results[0]) EXPECT_GT(text.length, 0);
}

TEST_F(QuadsTest, WithoutQuadsTheImageIsReadAsItIs) {
  const auto whole = recognizer_.Apply(image_);
  ASSERT_EQ(whole.size(), 1u);
  const auto quad = recognizer_.Apply(image_, {Quad(0, 0, 60, 40)});
  EXPECT_STREQ(quad[0].text, whole[0].text);
  EXPECT_EQ(quad[0].score[0], whole[0].score[0]);
  EXPECT_EQ(recognizer_.Apply(std::vector<Mat>{image_, image_}).size(), 2u);
}

// Far outside, without area, of one pixel, corners in any order: all are read.
TEST_F(QuadsTest, StrangeQuadsAreRead) {
  const std::vector<mmdeploy::TextDetection> quads{Quad(-500, -500, -400, -450),
                                                   Quad(5, 5, 5, 5),
                                                   Quad(3, 3, 50, 3),
                                                   Quad(7, 3, 7, 30),
                                                   Quad(59, 39, 60, 40),
                                                   Quad(50, 30, 10, 5),
                                                   {{{30, 5}, {10, 10}, {5, 30}, {40, 35}}, 1}};
  const auto results = recognizer_.Apply(image_, quads);
  ASSERT_EQ(results.size(), quads.size());
  EXPECT_EQ(Describe(results[0]), TextOf(0, 50, 100));
  EXPECT_EQ(Describe(results[1]), TextOf(70, 1, 1));
  EXPECT_EQ(Describe(results[4]), TextOf(255, 1, 1));
}

TEST_F(QuadsTest, WrongQuadsAreNamed) {
  const auto message = [&](const mmdeploy::TextDetection& quad) -> std::string {
    try {
      recognizer_.Apply(image_, {Quad(1, 1, 9, 9), quad});
    } catch (const mmdeploy::Exception& e) {
      return e.what();
    }
    return "";
  };
  EXPECT_THAT(message(Quad(0, 0, NAN, 5)),
              HasSubstr("quad 1 of image 0: the quad has a corner at (nan, 0), expected numbers"));
  EXPECT_THAT(message(Quad(0, 0, 40000, 5)),
              HasSubstr("quad 1 of image 0: the quad is 40000x5 pixels"));
  EXPECT_THAT(message(Quad(0, 0, 1e9F, 5)), HasSubstr("quad 1 of image 0: the quad has a corner"));
  EXPECT_THAT(message(Quad(0, 0, 30000, 30000)), HasSubstr("allowed: up to 268435456 of them"));
  EXPECT_THAT(message(Quad(0, 0, 1e20f, 5)), HasSubstr("expected numbers between -1e9 and 1e9"));
}

// The functions with which 0.7 chains tasks.
struct Chain {
  mmdeploy_text_recognizer_t recognizer;
  const mmdeploy_mat_t* image;
  int answer = 0;           // of the first callback
  int calls = 0, read = 0;  // callbacks, and texts in them
};

int OnTexts(mmdeploy_text_recognition_t* texts, void* context, mmdeploy_sender_t* output) {
  auto* chain = static_cast<Chain*>(context);
  ++chain->calls;
  chain->read += texts[0].length > 0;
  mmdeploy_text_recognizer_release_result(texts, 1);
  *output = mmdeploy_executor_just(nullptr);
  return 0;
}

int OnQuads(mmdeploy_text_detection_t* quads, int* counts, void* context,
            mmdeploy_sender_t* output) {
  auto* chain = static_cast<Chain*>(context);
  ++chain->calls;
  mmdeploy_sender_t texts{};
  EXPECT_EQ(mmdeploy_text_recognizer_apply_async_v3(chain->recognizer, chain->image, 1, quads,
                                                    counts, &texts),
            0);
  mmdeploy_text_detector_release_result(quads, counts, 1);
  EXPECT_EQ(mmdeploy_text_recognizer_continue_async(texts, OnTexts, context, output), 0);
  return chain->answer;
}

TEST_F(QuadsTest, TasksAreChained) {
  mmdeploy_text_detector_t detector{};
  Chain chain{};
  chain.image = &image_.desc();
  ASSERT_EQ(mmdeploy_text_detector_create_by_path("mmdeploy/task/text_detector/golden/model", "cpu",
                                                  0, &detector),
            0);
  ASSERT_EQ(mmdeploy_text_recognizer_create_by_path(kReader, "cpu", 0, &chain.recognizer), 0);
  // An answer other than 0 ends the chain, with an empty value.
  for (const int answer : {0, 1}) {
    chain.answer = answer;
    mmdeploy_sender_t sender{};
    ASSERT_EQ(mmdeploy_text_detector_apply_async_v3(detector, chain.image, 1, &sender), 0);
    ASSERT_EQ(mmdeploy_text_detector_continue_async(sender, OnQuads, &chain, &sender), 0);
    EXPECT_EQ(mmdeploy_executor_sync_wait_v2(sender, nullptr), 0);
  }
  EXPECT_EQ(chain.calls, 3);
  EXPECT_EQ(chain.read, 1);
  // A value of another task is an error of the sender.
  mmdeploy_sender_t sender = mmdeploy_executor_just(nullptr);
  ASSERT_EQ(mmdeploy_text_detector_continue_async(sender, OnQuads, &chain, &sender), 0);
  EXPECT_NE(mmdeploy_executor_sync_wait_v2(sender, nullptr), 0);
  EXPECT_THAT(mmdeploy_last_error(), HasSubstr("expected an output of mmdeploy_text_detector"));
  mmdeploy_text_recognizer_destroy(chain.recognizer);
  mmdeploy_text_detector_destroy(detector);
}

TEST(TextRecognizer, AModelOfAnotherTaskSaysWhatItIs) {
  mmdeploy_text_recognizer_t recognizer{};
  EXPECT_EQ(mmdeploy_text_recognizer_create_by_path("mmdeploy/task/classifier/golden/model", "cpu",
                                                    0, &recognizer),
            MMDEPLOY_E_INVALID_ARG);
  EXPECT_THAT(mmdeploy_last_error(),
              HasSubstr("the model gives list of list of Classification, a text_recognizer needs "
                        "list of TextRecognition"));
}

}  // namespace
