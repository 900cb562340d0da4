// Generated from mmdeploy/task/text_detector/golden by api/gen.py. The golden model through the C
// API.
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "mmdeploy/text_detector.h"

enum { kImages = 3, kMaxPixels = 720 };

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
  if (argc != 2) return Fail("usage: text_detector_test model_path");
  mmdeploy_model_t model = NULL;
  mmdeploy_text_detector_t handle = NULL;
  if (mmdeploy_model_create_by_path(argv[1], &model)) return Fail("model");
  if (mmdeploy_text_detector_create(model, "cpu", 0, &handle)) return Fail("text_detector");
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
  Fill(data[1], 720, 21);
  mats[1].data = data[1];
  mats[1].height = 12;
  mats[1].width = 20;
  mats[1].format = MMDEPLOY_PIXEL_FORMAT_BGR;
  mats[1].type = MMDEPLOY_DATA_TYPE_UINT8;
  Fill(data[2], 512, 9);
  mats[2].data = data[2];
  mats[2].height = 16;
  mats[2].width = 32;
  mats[2].format = MMDEPLOY_PIXEL_FORMAT_GRAYSCALE;
  mats[2].type = MMDEPLOY_DATA_TYPE_UINT8;

  mmdeploy_text_detection_t* results = NULL;
  int* counts = NULL;
  if (mmdeploy_text_detector_apply(handle, mats, kImages, &results, &counts)) return Fail("apply");
  Check("results of image 0", counts[0], 1, 0);
  Check("results of image 1", counts[1], 3, 0);
  Check("results of image 2", counts[2], 3, 0);
  if (failures) return 1;
  Check("image 0 result 0 bbox", results[0].bbox[0].x, -2.0, 0.001);
  Check("image 0 result 0 bbox", results[0].bbox[0].y, 9.875, 0.001);
  Check("image 0 result 0 bbox", results[0].bbox[1].x, -2.0, 0.001);
  Check("image 0 result 0 bbox", results[0].bbox[1].y, -2.0, 0.001);
  Check("image 0 result 0 bbox", results[0].bbox[2].x, 9.875, 0.001);
  Check("image 0 result 0 bbox", results[0].bbox[2].y, -2.0, 0.001);
  Check("image 0 result 0 bbox", results[0].bbox[3].x, 9.875, 0.001);
  Check("image 0 result 0 bbox", results[0].bbox[3].y, 9.875, 0.001);
  Check("image 0 result 0 score", results[0].score, 0.51097, 0.001);
  Check("image 1 result 0 bbox", results[1].bbox[0].x, -1.25, 0.001);
  Check("image 1 result 0 bbox", results[1].bbox[0].y, 12.5625, 0.001);
  Check("image 1 result 0 bbox", results[1].bbox[1].x, -1.25, 0.001);
  Check("image 1 result 0 bbox", results[1].bbox[1].y, 2.0625, 0.001);
  Check("image 1 result 0 bbox", results[1].bbox[2].x, 4.375, 0.001);
  Check("image 1 result 0 bbox", results[1].bbox[2].y, 2.0625, 0.001);
  Check("image 1 result 0 bbox", results[1].bbox[3].x, 4.375, 0.001);
  Check("image 1 result 0 bbox", results[1].bbox[3].y, 12.5625, 0.001);
  Check("image 1 result 0 score", results[1].score, 0.60256, 0.001);
  Check("image 1 result 1 bbox", results[2].bbox[0].x, 16.25, 0.001);
  Check("image 1 result 1 bbox", results[2].bbox[0].y, 7.875, 0.001);
  Check("image 1 result 1 bbox", results[2].bbox[1].x, 16.25, 0.001);
  Check("image 1 result 1 bbox", results[2].bbox[1].y, -0.5625, 0.001);
  Check("image 1 result 1 bbox", results[2].bbox[2].x, 20.625, 0.001);
  Check("image 1 result 1 bbox", results[2].bbox[2].y, -0.5625, 0.001);
  Check("image 1 result 1 bbox", results[2].bbox[3].x, 20.625, 0.001);
  Check("image 1 result 1 bbox", results[2].bbox[3].y, 7.875, 0.001);
  Check("image 1 result 1 score", results[2].score, 0.51326, 0.001);
  Check("image 1 result 2 bbox", results[3].bbox[0].x, -1.3323, 0.001);
  Check("image 1 result 2 bbox", results[3].bbox[0].y, -1.0957, 0.001);
  Check("image 1 result 2 bbox", results[3].bbox[1].x, 17.0228, 0.001);
  Check("image 1 result 2 bbox", results[3].bbox[1].y, -3.1289, 0.001);
  Check("image 1 result 2 bbox", results[3].bbox[2].x, 21.947, 0.001);
  Check("image 1 result 2 bbox", results[3].bbox[2].y, 12.8747, 0.001);
  Check("image 1 result 2 bbox", results[3].bbox[3].x, 3.5919, 0.001);
  Check("image 1 result 2 bbox", results[3].bbox[3].y, 14.9079, 0.001);
  Check("image 1 result 2 score", results[3].score, 0.5447, 0.001);
  Check("image 2 result 0 bbox", results[4].bbox[0].x, 9.5, 0.001);
  Check("image 2 result 0 bbox", results[4].bbox[0].y, 17.25, 0.001);
  Check("image 2 result 0 bbox", results[4].bbox[1].x, 9.5, 0.001);
  Check("image 2 result 0 bbox", results[4].bbox[1].y, 8.75, 0.001);
  Check("image 2 result 0 bbox", results[4].bbox[2].x, 34.5, 0.001);
  Check("image 2 result 0 bbox", results[4].bbox[2].y, 8.75, 0.001);
  Check("image 2 result 0 bbox", results[4].bbox[3].x, 34.5, 0.001);
  Check("image 2 result 0 bbox", results[4].bbox[3].y, 17.25, 0.001);
  Check("image 2 result 0 score", results[4].score, 0.54926, 0.001);
  Check("image 2 result 1 bbox", results[5].bbox[0].x, -11.6844, 0.001);
  Check("image 2 result 1 bbox", results[5].bbox[0].y, 10.9054, 0.001);
  Check("image 2 result 1 bbox", results[5].bbox[1].x, 33.5756, 0.001);
  Check("image 2 result 1 bbox", results[5].bbox[1].y, -1.5046, 0.001);
  Check("image 2 result 1 bbox", results[5].bbox[2].x, 44.0748, 0.001);
  Check("image 2 result 1 bbox", results[5].bbox[2].y, 8.0682, 0.001);
  Check("image 2 result 1 bbox", results[5].bbox[3].x, -1.1852, 0.001);
  Check("image 2 result 1 bbox", results[5].bbox[3].y, 20.4782, 0.001);
  Check("image 2 result 1 score", results[5].score, 0.61473, 0.001);
  Check("image 2 result 2 bbox", results[6].bbox[0].x, -10.7308, 0.001);
  Check("image 2 result 2 bbox", results[6].bbox[0].y, 2.9231, 0.001);
  Check("image 2 result 2 bbox", results[6].bbox[1].x, 25.0769, 0.001);
  Check("image 2 result 2 bbox", results[6].bbox[1].y, -7.3077, 0.001);
  Check("image 2 result 2 bbox", results[6].bbox[2].x, 35.3846, 0.001);
  Check("image 2 result 2 bbox", results[6].bbox[2].y, 1.7115, 0.001);
  Check("image 2 result 2 bbox", results[6].bbox[3].x, -0.4231, 0.001);
  Check("image 2 result 2 bbox", results[6].bbox[3].y, 11.9423, 0.001);
  Check("image 2 result 2 score", results[6].score, 0.64262, 0.001);
  mmdeploy_text_detector_release_result(results, counts, kImages);
  mmdeploy_text_detector_destroy(handle);
  return failures != 0;
}
