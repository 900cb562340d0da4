// Finds key points of the object in a box of an image, without one in the whole image, through the
// C++ API: pose_detector device_name model_path image_path [x y width height]
#include "mmdeploy/pose_detector.hpp"

#include <cstdio>
#include <cstdlib>
#include <opencv2/imgcodecs/imgcodecs.hpp>
#include <opencv2/imgproc/imgproc.hpp>
#include <vector>

int main(int argc, char* argv[]) {
  if (argc != 4 && argc != 8) {
    std::fprintf(stderr,
                 "usage: pose_detector device_name model_path image_path [x y width height]\n");
    return 1;
  }
  std::vector<float> sides;
  for (int i = 4; i < argc; ++i) {
    char* end = nullptr;
    sides.push_back(std::strtof(argv[i], &end));
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

  try {
    mmdeploy::PoseDetector detector(mmdeploy::Model{argv[2]}, mmdeploy::Device{argv[1], 0});
    // The right and bottom pixels belong to a box; several may be given.
    const auto poses =
        sides.empty()
            ? detector.Apply(image)
            : detector.Apply(
                  image, {{sides[0], sides[1], sides[0] + sides[2] - 1, sides[1] + sides[3] - 1}});
    for (const mmdeploy::PoseDetection& pose : poses) {
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
