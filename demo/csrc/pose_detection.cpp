// Finds key points of the object that fills an image, through the C API:
// pose_detection device_name model_path image_path
#include <cstdio>
#include <opencv2/imgcodecs/imgcodecs.hpp>
#include <opencv2/imgproc/imgproc.hpp>

#include "mmdeploy/pose_detector.h"

int main(int argc, char* argv[]) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: pose_detection device_name model_path image_path\n");
    return 1;
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
  // Boxes of several objects go to mmdeploy_pose_detector_apply_bbox.
  const int status = mmdeploy_pose_detector_apply(detector, &mat, 1, &pose);
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
