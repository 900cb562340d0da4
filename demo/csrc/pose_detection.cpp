// Finds key points of the object in a box of an image, without one in the whole image, through the
// C API: pose_detection device_name model_path image_path [x y width height]
#include <cstdio>
#include <cstdlib>
#include <opencv2/imgcodecs/imgcodecs.hpp>
#include <opencv2/imgproc/imgproc.hpp>

#include "mmdeploy/pose_detector.h"

int main(int argc, char* argv[]) {
  if (argc != 4 && argc != 8) {
    std::fprintf(stderr,
                 "usage: pose_detection device_name model_path image_path [x y width height]\n");
    return 1;
  }
  float sides[4] = {};
  for (int i = 4; i < argc; ++i) {
    char* end = nullptr;
    sides[i - 4] = std::strtof(argv[i], &end);
    if (end == argv[i] || *end != '\0') {
      std::fprintf(stderr, "x, y, width and height are numbers of pixels, found '%s'\n", argv[i]);
      return 1;
    }
  }
  cv::Mat image = cv::imread(argv[3]);
  if (image.empty()) {
    std::fprintf(stderr, "cannot read the image %s\n", argv[3]);
    return 1;
  }

  mmdeploy_pose_detector_t detector{};
  if (mmdeploy_pose_detector_create_by_path(argv[2], argv[1], 0, &detector) != MMDEPLOY_SUCCESS) {
    std::fprintf(stderr, "cannot load the model: %s\n", mmdeploy_last_error());
    return 1;
  }

  const mmdeploy_mat_t mat{
      image.data, image.rows, image.cols, 3, MMDEPLOY_PIXEL_FORMAT_BGR, MMDEPLOY_DATA_TYPE_UINT8};
  mmdeploy_pose_detection_t* pose{};
  // The right and bottom pixels belong to a box; without boxes the whole image is one.
  const mmdeploy_rect_t box{sides[0], sides[1], sides[0] + sides[2] - 1, sides[1] + sides[3] - 1};
  const int box_count = 1;
  const int status = mmdeploy_pose_detector_apply_bbox(detector, &mat, 1, argc > 4 ? &box : nullptr,
                                                       argc > 4 ? &box_count : nullptr, &pose);
  if (status == MMDEPLOY_SUCCESS) {
    for (int i = 0; i < pose->length; ++i) {
      const mmdeploy_point_t& point = pose->point[i];
      std::printf("point %d, x=%.2f, y=%.2f, score=%.4f\n", i, point.x, point.y, pose->score[i]);
      cv::circle(image, cv::Point(static_cast<int>(point.x), static_cast<int>(point.y)), 2,
                 cv::Scalar(0, 255, 0), cv::FILLED);
    }
    cv::imwrite("output_pose.png", image);
  } else {
    std::fprintf(stderr, "cannot find key points: %s\n", mmdeploy_last_error());
  }

  mmdeploy_pose_detector_release_result(pose, 1);
  mmdeploy_pose_detector_destroy(detector);
  return status == MMDEPLOY_SUCCESS ? 0 : 1;
}
