// Tasks that take boxes, through C and C++: their order, images without boxes, whole images.
#include <gmock/gmock.h>

#include <vector>

#include "mmdeploy/pose_detector.hpp"

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
              HasSubstr("box 0 of image 0 is [10, 0, 5, 5], expected left <= right"));
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

}  // namespace
