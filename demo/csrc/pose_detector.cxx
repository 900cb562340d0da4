// Finds key points of the object that fills an image, through the C++ API:
// pose_detector device_name model_path image_path
#include "mmdeploy/pose_detector.hpp"

#include <cstdio>
#include <opencv2/imgcodecs/imgcodecs.hpp>
#include <opencv2/imgproc/imgproc.hpp>

int main(int argc, char* argv[]) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: pose_detector device_name model_path image_path\n");
    return 1;
  }
  cv::Mat image = cv::imread(argv[3]);
  if (image.empty()) {
    std::fprintf(stderr, "cannot read the image %s\n", argv[3]);
    return 1;
  }

  try {
    mmdeploy::PoseDetector detector(mmdeploy::Model{argv[2]}, mmdeploy::Device{argv[1], 0});
    // Boxes of several objects are the second argument of Apply.
    for (const mmdeploy::PoseDetection& pose : detector.Apply(image)) {
      for (int i = 0; i < pose.length; ++i) {
        const mmdeploy_point_t& point = pose.point[i];
        std::printf("point %d, x=%.2f, y=%.2f, score=%.4f\n", i, point.x, point.y, pose.score[i]);
        cv::circle(image, cv::Point(static_cast<int>(point.x), static_cast<int>(point.y)), 2,
                   cv::Scalar(0, 255, 0), cv::FILLED);
      }
    }
  } catch (const mmdeploy::Exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
  }
  cv::imwrite("output_pose.png", image);
  return 0;
}
