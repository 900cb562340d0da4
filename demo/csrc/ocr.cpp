// Finds and reads text in an image through the C API: ocr device_name det_model_path reg_model_path
// image_path
#include <cstdio>
#include <opencv2/imgcodecs/imgcodecs.hpp>
#include <opencv2/imgproc/imgproc.hpp>

#include "mmdeploy/text_detector.h"
#include "mmdeploy/text_recognizer.h"

namespace {

void Draw(const mmdeploy_text_detection_t& text, cv::Mat* image) {
  for (int i = 0; i < 4; ++i) {
    const mmdeploy_point_t &a = text.bbox[i], &b = text.bbox[(i + 1) % 4];
    cv::line(*image, cv::Point(static_cast<int>(a.x), static_cast<int>(a.y)),
             cv::Point(static_cast<int>(b.x), static_cast<int>(b.y)), cv::Scalar(0, 255, 0));
  }
}

void Print(int number, const mmdeploy_text_detection_t& found,
           const mmdeploy_text_recognition_t& read) {
  std::printf("box %d, score=%.4f, text=%s", number, found.score, read.text);
  for (const mmdeploy_point_t& corner : found.bbox)
    std::printf(" (%.2f, %.2f)", corner.x, corner.y);
  std::printf("\n");
}

int Fail(const char* what) {
  std::fprintf(stderr, "%s: %s\n", what, mmdeploy_last_error());
  return 1;
}

}  // namespace

int main(int argc, char* argv[]) {
  if (argc != 5) {
    std::fprintf(stderr, "usage: ocr device_name det_model_path reg_model_path image_path\n");
    return 1;
  }
  cv::Mat image = cv::imread(argv[4]);
  if (image.empty()) {
    std::fprintf(stderr, "cannot read the image %s\n", argv[4]);
    return 1;
  }

  mmdeploy_text_detector_t detector{};
  if (mmdeploy_text_detector_create_by_path(argv[2], argv[1], 0, &detector)) {
    return Fail("cannot load the detector");
  }
  mmdeploy_text_recognizer_t recognizer{};
  if (mmdeploy_text_recognizer_create_by_path(argv[3], argv[1], 0, &recognizer)) {
    mmdeploy_text_detector_destroy(detector);
    return Fail("cannot load the recognizer");
  }

  const mmdeploy_mat_t mat{
      image.data, image.rows, image.cols, 3, MMDEPLOY_PIXEL_FORMAT_BGR, MMDEPLOY_DATA_TYPE_UINT8};
  mmdeploy_text_detection_t* boxes{};
  int* count{};
  mmdeploy_text_recognition_t* texts{};
  int status = mmdeploy_text_detector_apply(detector, &mat, 1, &boxes, &count);
  if (status == MMDEPLOY_SUCCESS) {
    status = mmdeploy_text_recognizer_apply_bbox(recognizer, &mat, 1, boxes, count, &texts);
  }
  if (status == MMDEPLOY_SUCCESS) {
    for (int i = 0; i < count[0]; ++i) {
      Print(i, boxes[i], texts[i]);
      Draw(boxes[i], &image);
    }
    cv::imwrite("output_ocr.png", image);
  } else {
    Fail("cannot read text");
  }

  mmdeploy_text_recognizer_release_result(texts, texts ? count[0] : 0);
  mmdeploy_text_detector_release_result(boxes, count, 1);
  mmdeploy_text_recognizer_destroy(recognizer);
  mmdeploy_text_detector_destroy(detector);
  return status == MMDEPLOY_SUCCESS ? 0 : 1;
}
