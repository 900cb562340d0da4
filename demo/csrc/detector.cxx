// Detects objects in an image through the C++ API: detector device_name model_path image_path
#include "mmdeploy/detector.hpp"

#include <cstdio>
#include <opencv2/imgcodecs/imgcodecs.hpp>
#include <opencv2/imgproc/imgproc.hpp>

int main(int argc, char* argv[]) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: detector device_name model_path image_path\n");
    return 1;
  }
  cv::Mat image = cv::imread(argv[3]);
  if (image.empty()) {
    std::fprintf(stderr, "cannot read the image %s\n", argv[3]);
    return 1;
  }

  try {
    mmdeploy::Detector detector(mmdeploy::Model{argv[2]}, mmdeploy::Device{argv[1], 0});
    int number = 0;
    for (const mmdeploy::Detection& object : detector.Apply(image)) {
      const int i = number++;
      if (object.score < 0.3f) continue;
      const mmdeploy::Rect& box = object.bbox;
      std::printf("box %d, left=%.2f, top=%.2f, right=%.2f, bottom=%.2f, label=%d, score=%.4f\n", i,
                  box.left, box.top, box.right, box.bottom, object.label_id, object.score);
      cv::rectangle(image, cv::Point(static_cast<int>(box.left), static_cast<int>(box.top)),
                    cv::Point(static_cast<int>(box.right), static_cast<int>(box.bottom)),
                    cv::Scalar(0, 255, 0));
    }
  } catch (const mmdeploy::Exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
  }
  cv::imwrite("output_detection.png", image);
  return 0;
}
