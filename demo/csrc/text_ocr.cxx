// Finds and reads text in an image through the C++ API: text_ocr device_name det_model_path reg_model_path image_path
#include <cstdio>
#include <opencv2/imgcodecs/imgcodecs.hpp>
#include <opencv2/imgproc/imgproc.hpp>

#include "mmdeploy/text_detector.hpp"
#include "mmdeploy/text_recognizer.hpp"

namespace {

void Draw(const mmdeploy::TextDetection& text, cv::Mat* image) {
  for (int i = 0; i < 4; ++i) {
    const mmdeploy_point_t &a = text.bbox[i], &b = text.bbox[(i + 1) % 4];
    cv::line(*image, cv::Point(static_cast<int>(a.x), static_cast<int>(a.y)),
             cv::Point(static_cast<int>(b.x), static_cast<int>(b.y)), cv::Scalar(0, 255, 0));
  }
}

}  // namespace

int main(int argc, char* argv[]) {
  if (argc != 5) {
    std::fprintf(stderr, "usage: text_ocr device_name det_model_path reg_model_path image_path\n");
    return 1;
  }
  cv::Mat image = cv::imread(argv[4]);
  if (image.empty()) {
    std::fprintf(stderr, "cannot read the image %s\n", argv[4]);
    return 1;
  }

  try {
    using namespace mmdeploy;
    const TextDetector detector(Model{argv[2]}, Device{argv[1], 0});
    const TextRecognizer recognizer(Model{argv[3]}, Device{argv[1], 0});
    const auto boxes = detector.Apply(image);
    const auto texts = recognizer.Apply(image, {boxes.begin(), boxes.size()});
    for (size_t i = 0; i < boxes.size(); ++i) {
      std::printf("box %d, score=%.4f, text=%s", static_cast<int>(i), boxes[i].score,
                  texts[i].text);
      for (const auto& corner : boxes[i].bbox) std::printf(" (%.2f, %.2f)", corner.x, corner.y);
      std::printf("\n");
      Draw(boxes[i], &image);
    }
  } catch (const mmdeploy::Exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
  }
  cv::imwrite("output_ocr.png", image);
  return 0;
}
