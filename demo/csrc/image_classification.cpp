// Classifies an image through the C API: image_classification device_name model_path image_path
#include <cstdio>
#include <opencv2/imgcodecs/imgcodecs.hpp>

#include "mmdeploy/classifier.h"

int main(int argc, char* argv[]) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: image_classification device_name model_path image_path\n");
    return 1;
  }
  const cv::Mat image = cv::imread(argv[3]);
  if (image.empty()) {
    std::fprintf(stderr, "cannot read the image %s\n", argv[3]);
    return 1;
  }

  mmdeploy_classifier_t classifier{};
  if (mmdeploy_classifier_create_by_path(argv[2], argv[1], 0, &classifier) != MMDEPLOY_SUCCESS) {
    std::fprintf(stderr, "cannot load the model: %s\n", mmdeploy_last_error());
    return 1;
  }

  const mmdeploy_mat_t mat{
      image.data, image.rows, image.cols, 3, MMDEPLOY_PIXEL_FORMAT_BGR, MMDEPLOY_DATA_TYPE_UINT8};
  mmdeploy_classification_t* results{};
  int* result_count{};
  const int status = mmdeploy_classifier_apply(classifier, &mat, 1, &results, &result_count);
  if (status == MMDEPLOY_SUCCESS) {
    for (int i = 0; i < result_count[0]; ++i) {
      std::printf("label: %d, score: %.4f\n", results[i].label_id, results[i].score);
    }
  } else {
    std::fprintf(stderr, "cannot classify the image: %s\n", mmdeploy_last_error());
  }

  mmdeploy_classifier_release_result(results, result_count, 1);
  mmdeploy_classifier_destroy(classifier);
  return status == MMDEPLOY_SUCCESS ? 0 : 1;
}
