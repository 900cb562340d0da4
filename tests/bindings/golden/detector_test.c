// Generated from mmdeploy/task/detector/golden by api/gen.py. The golden model through the C API.
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "mmdeploy/detector.h"

enum { kImages = 3, kMaxPixels = 1581 };

static int failures = 0;

static void Fill(uint8_t* data, int size, int step) {
  for (int i = 0; i < size; ++i) data[i] = (uint8_t)(i * step % 256);
}

static int Fail(const char* what) {
  fprintf(stderr, "%s: %s\n", what, mmdeploy_last_error());
  return 1;
}

static void Check(const char* what, double found, double expected, double tolerance) {
  if (fabs(found - expected) <= tolerance) return;
  fprintf(stderr, "%s is %g, expected %g\n", what, found, expected);
  ++failures;
}

int main(int argc, char* argv[]) {
  if (argc != 2) return Fail("usage: detector_test model_path");
  mmdeploy_model_t model = NULL;
  mmdeploy_detector_t handle = NULL;
  if (mmdeploy_model_create_by_path(argv[1], &model)) return Fail("model");
  if (mmdeploy_detector_create(model, "cpu", 0, &handle)) return Fail("detector");
  mmdeploy_model_destroy(model);

  static uint8_t data[kImages][kMaxPixels];
  mmdeploy_mat_t mats[kImages];
  memset(mats, 0, sizeof(mats));
  Fill(data[0], 192, 5);
  mats[0].data = data[0];
  mats[0].height = 8;
  mats[0].width = 8;
  mats[0].format = MMDEPLOY_PIXEL_FORMAT_BGR;
  mats[0].type = MMDEPLOY_DATA_TYPE_UINT8;
  Fill(data[1], 1581, 86);
  mats[1].data = data[1];
  mats[1].height = 31;
  mats[1].width = 17;
  mats[1].format = MMDEPLOY_PIXEL_FORMAT_BGR;
  mats[1].type = MMDEPLOY_DATA_TYPE_UINT8;
  Fill(data[2], 120, 3);
  mats[2].data = data[2];
  mats[2].height = 3;
  mats[2].width = 40;
  mats[2].format = MMDEPLOY_PIXEL_FORMAT_GRAYSCALE;
  mats[2].type = MMDEPLOY_DATA_TYPE_UINT8;

  mmdeploy_detection_t* results = NULL;
  int* counts = NULL;
  if (mmdeploy_detector_apply(handle, mats, kImages, &results, &counts)) return Fail("apply");
  Check("results of image 0", counts[0], 3, 0);
  Check("results of image 1", counts[1], 3, 0);
  Check("results of image 2", counts[2], 2, 0);
  if (failures) return 1;
  Check("image 0 result 0 label_id", results[0].label_id, 1, 0);
  Check("image 0 result 0 score", results[0].score, 0.9, 0.0001);
  Check("image 0 result 0 bbox", results[0].bbox.left, 1.0, 0.0001);
  Check("image 0 result 0 bbox", results[0].bbox.top, 1.5, 0.0001);
  Check("image 0 result 0 bbox", results[0].bbox.right, 5.0, 0.0001);
  Check("image 0 result 0 bbox", results[0].bbox.bottom, 6.0, 0.0001);
  Check("image 0 result 0 mask", results[0].mask->height, 7, 0);
  Check("image 0 result 0 mask", results[0].mask->width, 6, 0);
  Check("image 0 result 1 label_id", results[1].label_id, 0, 0);
  Check("image 0 result 1 score", results[1].score, 0.6, 0.0001);
  Check("image 0 result 1 bbox", results[1].bbox.left, 2.0, 0.0001);
  Check("image 0 result 1 bbox", results[1].bbox.top, 0.66667, 0.0001);
  Check("image 0 result 1 bbox", results[1].bbox.right, 3.66667, 0.0001);
  Check("image 0 result 1 bbox", results[1].bbox.bottom, 3.0, 0.0001);
  Check("image 0 result 1 mask", results[1].mask->height, 4, 0);
  Check("image 0 result 1 mask", results[1].mask->width, 4, 0);
  Check("image 0 result 2 label_id", results[2].label_id, 2, 0);
  Check("image 0 result 2 score", results[2].score, 0.55, 0.0001);
  Check("image 0 result 2 bbox", results[2].bbox.left, 0.0, 0.0001);
  Check("image 0 result 2 bbox", results[2].bbox.top, 0.0, 0.0001);
  Check("image 0 result 2 bbox", results[2].bbox.right, 7.0, 0.0001);
  Check("image 0 result 2 bbox", results[2].bbox.bottom, 7.0, 0.0001);
  Check("image 0 result 2 mask", results[2].mask->height, 8, 0);
  Check("image 0 result 2 mask", results[2].mask->width, 8, 0);
  Check("image 1 result 0 label_id", results[3].label_id, 1, 0);
  Check("image 1 result 0 score", results[3].score, 0.9, 0.0001);
  Check("image 1 result 0 bbox", results[3].bbox.left, 2.125, 0.0001);
  Check("image 1 result 0 bbox", results[3].bbox.top, 5.8125, 0.0001);
  Check("image 1 result 0 bbox", results[3].bbox.right, 10.625, 0.0001);
  Check("image 1 result 0 bbox", results[3].bbox.bottom, 23.25, 0.0001);
  Check("image 1 result 0 mask", results[3].mask->height, 21, 0);
  Check("image 1 result 0 mask", results[3].mask->width, 11, 0);
  Check("image 1 result 1 label_id", results[4].label_id, 0, 0);
  Check("image 1 result 1 score", results[4].score, 0.6, 0.0001);
  Check("image 1 result 1 bbox", results[4].bbox.left, 4.25, 0.0001);
  Check("image 1 result 1 bbox", results[4].bbox.top, 2.58333, 0.0001);
  Check("image 1 result 1 bbox", results[4].bbox.right, 7.79167, 0.0001);
  Check("image 1 result 1 bbox", results[4].bbox.bottom, 11.625, 0.0001);
  Check("image 1 result 1 mask", results[4].mask->height, 12, 0);
  Check("image 1 result 1 mask", results[4].mask->width, 6, 0);
  Check("image 1 result 2 label_id", results[5].label_id, 2, 0);
  Check("image 1 result 2 score", results[5].score, 0.55, 0.0001);
  Check("image 1 result 2 bbox", results[5].bbox.left, 0.0, 0.0001);
  Check("image 1 result 2 bbox", results[5].bbox.top, 0.0, 0.0001);
  Check("image 1 result 2 bbox", results[5].bbox.right, 16.0, 0.0001);
  Check("image 1 result 2 bbox", results[5].bbox.bottom, 30.0, 0.0001);
  Check("image 1 result 2 mask", results[5].mask->height, 31, 0);
  Check("image 1 result 2 mask", results[5].mask->width, 17, 0);
  Check("image 2 result 0 label_id", results[6].label_id, 1, 0);
  Check("image 2 result 0 score", results[6].score, 0.9, 0.0001);
  Check("image 2 result 0 bbox", results[6].bbox.left, 5.0, 0.0001);
  Check("image 2 result 0 bbox", results[6].bbox.top, 0.5625, 0.0001);
  Check("image 2 result 0 bbox", results[6].bbox.right, 25.0, 0.0001);
  Check("image 2 result 0 bbox", results[6].bbox.bottom, 2.0, 0.0001);
  Check("image 2 result 0 mask", results[6].mask->height, 3, 0);
  Check("image 2 result 0 mask", results[6].mask->width, 22, 0);
  Check("image 2 result 1 label_id", results[7].label_id, 2, 0);
  Check("image 2 result 1 score", results[7].score, 0.55, 0.0001);
  Check("image 2 result 1 bbox", results[7].bbox.left, 0.0, 0.0001);
  Check("image 2 result 1 bbox", results[7].bbox.top, 0.0, 0.0001);
  Check("image 2 result 1 bbox", results[7].bbox.right, 39.0, 0.0001);
  Check("image 2 result 1 bbox", results[7].bbox.bottom, 2.0, 0.0001);
  Check("image 2 result 1 mask", results[7].mask->height, 3, 0);
  Check("image 2 result 1 mask", results[7].mask->width, 40, 0);
  mmdeploy_detector_release_result(results, counts, kImages);
  mmdeploy_detector_destroy(handle);
  return failures != 0;
}
