// Classifies an image through the C++ API: classifier device_name model_path image_path
#include "mmdeploy/classifier.hpp"

#include <cstdio>
#include <opencv2/imgcodecs/imgcodecs.hpp>

int main(int argc, char* argv[]) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: classifier device_name model_path image_path\n");
    return 1;
  }
  const cv::Mat image = cv::imread(argv[3]);
  if (image.empty()) {
    std::fprintf(stderr, "cannot read the image %s\n", argv[3]);
    return 1;
  }

  try {
    mmdeploy::Classifier classifier(mmdeploy::Model{argv[2]}, mmdeploy::Device{argv[1], 0});
    for (const mmdeploy::Classification& result : classifier.Apply(image)) {
      std::printf("label: %d, score: %.4f\n", result.label_id, result.score);
    }
  } catch (const mmdeploy::Exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
  }
  return 0;
}
