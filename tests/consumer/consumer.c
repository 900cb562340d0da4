// A user's C program: consumer_c model_path. Prints the first label of a gray square.
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "mmdeploy/classifier.h"

int main(int argc, char* argv[]) {
  mmdeploy_classifier_t classifier = NULL;
  if (argc != 2 ||
      mmdeploy_classifier_create_by_path(argv[1], "cpu", 0, &classifier) != MMDEPLOY_SUCCESS) {
    fprintf(stderr, "%s\n", mmdeploy_last_error());
    return 1;
  }

  uint8_t pixels[8 * 8 * 3];
  memset(pixels, 128, sizeof(pixels));
  mmdeploy_mat_t mat = {pixels, 8, 8, 3, MMDEPLOY_PIXEL_FORMAT_BGR, MMDEPLOY_DATA_TYPE_UINT8};
  mmdeploy_classification_t* results = NULL;
  int* result_count = NULL;
  const int status = mmdeploy_classifier_apply(classifier, &mat, 1, &results, &result_count);
  if (status == MMDEPLOY_SUCCESS) {
    printf("label %d\n", results[0].label_id);
  } else {
    fprintf(stderr, "%s\n", mmdeploy_last_error());
  }
  mmdeploy_classifier_release_result(results, result_count, 1);
  mmdeploy_classifier_destroy(classifier);
  return status;
}
