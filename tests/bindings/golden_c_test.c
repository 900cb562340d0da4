// Generated from api/golden.yaml by api/gen.py. The golden model through the C API.
#include <math.h>
#include <stdint.h>
#include <stdio.h>

#include "mmdeploy/classifier.h"

enum { kImages = 4, kMaxPixels = 1024 };

static const int kCounts[] = {3, 3, 3, 3};
static const mmdeploy_classification_t kResults[] = {
    {0, 0.455357f},  {2, 0.076786f},  {1, 0.067857f}, {0, 2.454857f},
    {1, 0.086857f},  {3, -0.093429f}, {0, 1.203056f}, {1, 0.083889f},
    {3, -0.169028f}, {2, 0.338452f},  {1, 0.204524f}, {0, 0.057024f},
};

static void Fill(uint8_t* data, int size, int step) {
  for (int i = 0; i < size; ++i) data[i] = (uint8_t)(i * step % 256);
}

static int Fail(const char* what) {
  fprintf(stderr, "%s: %s\n", what, mmdeploy_last_error());
  return 1;
}

int main(int argc, char* argv[]) {
  if (argc != 2) return Fail("usage: golden_c_test model_path");
  mmdeploy_model_t model = NULL;
  mmdeploy_classifier_t classifier = NULL;
  if (mmdeploy_model_create_by_path(argv[1], &model)) return Fail("model");
  if (mmdeploy_classifier_create(model, "cpu", 0, &classifier)) return Fail("classifier");
  mmdeploy_model_destroy(model);

  static uint8_t data[kImages][kMaxPixels];
  mmdeploy_mat_t mats[kImages] = {
      {data[0], 8, 8, 3, MMDEPLOY_PIXEL_FORMAT_BGR, MMDEPLOY_DATA_TYPE_UINT8},
      {data[1], 5, 9, 3, MMDEPLOY_PIXEL_FORMAT_BGR, MMDEPLOY_DATA_TYPE_UINT8},
      {data[2], 16, 12, 3, MMDEPLOY_PIXEL_FORMAT_BGR, MMDEPLOY_DATA_TYPE_UINT8},
      {data[3], 7, 4, 1, MMDEPLOY_PIXEL_FORMAT_GRAYSCALE, MMDEPLOY_DATA_TYPE_UINT8},
  };
  Fill(data[0], 192, 5);
  Fill(data[1], 135, 86);
  Fill(data[2], 576, 171);
  Fill(data[3], 28, 3);

  mmdeploy_classification_t* results = NULL;
  int* counts = NULL;
  if (mmdeploy_classifier_apply(classifier, mats, kImages, &results, &counts)) return Fail("apply");
  int failures = 0, next = 0;
  for (int i = 0; i < kImages; ++i) {
    if (counts[i] != kCounts[i]) {
      fprintf(stderr, "image %d: %d results, expected %d\n", i, counts[i], kCounts[i]);
      return 1;
    }
    for (int j = 0; j < counts[i]; ++j, ++next) {
      const mmdeploy_classification_t found = results[next], expected = kResults[next];
      if (found.label_id != expected.label_id || fabsf(found.score - expected.score) > 1e-05f) {
        fprintf(stderr, "image %d result %d: (%d, %g), expected (%d, %g)\n", i, j, found.label_id,
                found.score, expected.label_id, expected.score);
        ++failures;
      }
    }
  }
  mmdeploy_classifier_release_result(results, counts, kImages);
  mmdeploy_classifier_destroy(classifier);
  return failures != 0;
}
