// Detects objects in an image through the C API: object_detection device_name model_path image_path
#include <cstdio>
#include <opencv2/imgcodecs/imgcodecs.hpp>
#include <opencv2/imgproc/imgproc.hpp>

#include "mmdeploy/detector.h"

namespace {

constexpr float kMinScore = 0.3f;

// Tints the pixels of an object, and draws its box.
void Draw(const mmdeploy_detection_t& object, cv::Mat* image) {
  const cv::Scalar green(0, 255, 0);
  const mmdeploy_rect_t& box = object.bbox;
  const cv::Point corner(static_cast<int>(box.left), static_cast<int>(box.top));
  if (object.mask != nullptr) {
    // The mask is one of the image, or begins a pixel outside of the box.
    const cv::Mat mask(object.mask->height, object.mask->width, CV_8UC1, object.mask->data);
    const bool is_whole = mask.size() == image->size();
    const cv::Point begin(corner.x > 0 && !is_whole ? corner.x - 1 : 0,
                          corner.y > 0 && !is_whole ? corner.y - 1 : 0);
    const cv::Rect inside = cv::Rect(begin, mask.size()) & cv::Rect({0, 0}, image->size());
    cv::Mat part = (*image)(inside);
    cv::Mat tinted;
    cv::addWeighted(part, 0.5, cv::Mat(part.size(), part.type(), green), 0.5, 0, tinted);
    tinted.copyTo(part, mask(cv::Rect({0, 0}, inside.size())));
  }
  cv::rectangle(*image, corner,
                cv::Point(static_cast<int>(box.right), static_cast<int>(box.bottom)), green);
}

}  // namespace

int main(int argc, char* argv[]) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: object_detection device_name model_path image_path\n");
    return 1;
  }
  cv::Mat image = cv::imread(argv[3]);
  if (image.empty()) {
    std::fprintf(stderr, "cannot read the image %s\n", argv[3]);
    return 1;
  }

  mmdeploy_detector_t detector{};
  if (mmdeploy_detector_create_by_path(argv[2], argv[1], 0, &detector) != MMDEPLOY_SUCCESS) {
    std::fprintf(stderr, "cannot load the model: %s\n", mmdeploy_last_error());
    return 1;
  }

  const mmdeploy_mat_t mat{
      image.data, image.rows, image.cols, 3, MMDEPLOY_PIXEL_FORMAT_BGR, MMDEPLOY_DATA_TYPE_UINT8};
  mmdeploy_detection_t* results{};
  int* result_count{};
  const int status = mmdeploy_detector_apply(detector, &mat, 1, &results, &result_count);
  if (status == MMDEPLOY_SUCCESS) {
    for (int i = 0; i < result_count[0]; ++i) {
      const mmdeploy_detection_t& object = results[i];
      if (object.score < kMinScore) continue;
      std::printf("box %d, left=%.2f, top=%.2f, right=%.2f, bottom=%.2f, label=%d, score=%.4f\n", i,
                  object.bbox.left, object.bbox.top, object.bbox.right, object.bbox.bottom,
                  object.label_id, object.score);
      Draw(object, &image);
    }
    cv::imwrite("output_detection.png", image);
  } else {
    std::fprintf(stderr, "cannot detect objects: %s\n", mmdeploy_last_error());
  }

  mmdeploy_detector_release_result(results, result_count, 1);
  mmdeploy_detector_destroy(detector);
  return status == MMDEPLOY_SUCCESS ? 0 : 1;
}
