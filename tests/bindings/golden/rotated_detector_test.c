// Generated from mmdeploy/task/rotated_detector/golden by api/gen.py. The golden model through the
// C API.
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "mmdeploy/rotated_detector.h"

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
  if (argc != 2) return Fail("usage: rotated_detector_test model_path");
  mmdeploy_model_t model = NULL;
  mmdeploy_rotated_detector_t handle = NULL;
  if (mmdeploy_model_create_by_path(argv[1], &model)) return Fail("model");
  if (mmdeploy_rotated_detector_create(model, "cpu", 0, &handle)) return Fail("rotated_detector");
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

  mmdeploy_rotated_detection_t* results = NULL;
  int* counts = NULL;
  if (mmdeploy_rotated_detector_apply(handle, mats, kImages, &results, &counts))
    return Fail("apply");
  Check("results of image 0", counts[0], 3, 0);
  Check("results of image 1", counts[1], 3, 0);
  Check("results of image 2", counts[2], 3, 0);
  if (failures) return 1;
  Check("image 0 result 0 label_id", results[0].label_id, 2, 0);
  Check("image 0 result 0 score", results[0].score, 0.9, 0.0001);
  Check("image 0 result 0 rbbox", results[0].rbbox[0], 4.0, 0.0001);
  Check("image 0 result 0 rbbox", results[0].rbbox[1], 2.66667, 0.0001);
  Check("image 0 result 0 rbbox", results[0].rbbox[2], 3.33333, 0.0001);
  Check("image 0 result 0 rbbox", results[0].rbbox[3], 1.33333, 0.0001);
  Check("image 0 result 0 rbbox", results[0].rbbox[4], 0.5, 0.0001);
  Check("image 0 result 1 label_id", results[1].label_id, 0, 0);
  Check("image 0 result 1 score", results[1].score, 0.7, 0.0001);
  Check("image 0 result 1 rbbox", results[1].rbbox[0], 1.0, 0.0001);
  Check("image 0 result 1 rbbox", results[1].rbbox[1], 1.33333, 0.0001);
  Check("image 0 result 1 rbbox", results[1].rbbox[2], 0.66667, 0.0001);
  Check("image 0 result 1 rbbox", results[1].rbbox[3], 2.0, 0.0001);
  Check("image 0 result 1 rbbox", results[1].rbbox[4], -1.25, 0.0001);
  Check("image 0 result 2 label_id", results[2].label_id, 0, 0);
  Check("image 0 result 2 score", results[2].score, 0.25, 0.0001);
  Check("image 0 result 2 rbbox", results[2].rbbox[0], 3.33333, 0.0001);
  Check("image 0 result 2 rbbox", results[2].rbbox[1], 5.0, 0.0001);
  Check("image 0 result 2 rbbox", results[2].rbbox[2], 2.66667, 0.0001);
  Check("image 0 result 2 rbbox", results[2].rbbox[3], 0.66667, 0.0001);
  Check("image 0 result 2 rbbox", results[2].rbbox[4], 3.0, 0.0001);
  Check("image 1 result 0 label_id", results[3].label_id, 2, 0);
  Check("image 1 result 0 score", results[3].score, 0.9, 0.0001);
  Check("image 1 result 0 rbbox", results[3].rbbox[0], 8.5, 0.0001);
  Check("image 1 result 0 rbbox", results[3].rbbox[1], 10.33333, 0.0001);
  Check("image 1 result 0 rbbox", results[3].rbbox[2], 7.08333, 0.0001);
  Check("image 1 result 0 rbbox", results[3].rbbox[3], 5.16667, 0.0001);
  Check("image 1 result 0 rbbox", results[3].rbbox[4], 0.5, 0.0001);
  Check("image 1 result 1 label_id", results[4].label_id, 0, 0);
  Check("image 1 result 1 score", results[4].score, 0.7, 0.0001);
  Check("image 1 result 1 rbbox", results[4].rbbox[0], 2.125, 0.0001);
  Check("image 1 result 1 rbbox", results[4].rbbox[1], 5.16667, 0.0001);
  Check("image 1 result 1 rbbox", results[4].rbbox[2], 1.41667, 0.0001);
  Check("image 1 result 1 rbbox", results[4].rbbox[3], 7.75, 0.0001);
  Check("image 1 result 1 rbbox", results[4].rbbox[4], -1.25, 0.0001);
  Check("image 1 result 2 label_id", results[5].label_id, 0, 0);
  Check("image 1 result 2 score", results[5].score, 0.25, 0.0001);
  Check("image 1 result 2 rbbox", results[5].rbbox[0], 7.08333, 0.0001);
  Check("image 1 result 2 rbbox", results[5].rbbox[1], 19.375, 0.0001);
  Check("image 1 result 2 rbbox", results[5].rbbox[2], 5.66667, 0.0001);
  Check("image 1 result 2 rbbox", results[5].rbbox[3], 2.58333, 0.0001);
  Check("image 1 result 2 rbbox", results[5].rbbox[4], 3.0, 0.0001);
  Check("image 2 result 0 label_id", results[6].label_id, 2, 0);
  Check("image 2 result 0 score", results[6].score, 0.9, 0.0001);
  Check("image 2 result 0 rbbox", results[6].rbbox[0], 20.0, 0.0001);
  Check("image 2 result 0 rbbox", results[6].rbbox[1], 1.0, 0.0001);
  Check("image 2 result 0 rbbox", results[6].rbbox[2], 16.66667, 0.0001);
  Check("image 2 result 0 rbbox", results[6].rbbox[3], 0.5, 0.0001);
  Check("image 2 result 0 rbbox", results[6].rbbox[4], 0.5, 0.0001);
  Check("image 2 result 1 label_id", results[7].label_id, 0, 0);
  Check("image 2 result 1 score", results[7].score, 0.7, 0.0001);
  Check("image 2 result 1 rbbox", results[7].rbbox[0], 5.0, 0.0001);
  Check("image 2 result 1 rbbox", results[7].rbbox[1], 0.5, 0.0001);
  Check("image 2 result 1 rbbox", results[7].rbbox[2], 3.33333, 0.0001);
  Check("image 2 result 1 rbbox", results[7].rbbox[3], 0.75, 0.0001);
  Check("image 2 result 1 rbbox", results[7].rbbox[4], -1.25, 0.0001);
  Check("image 2 result 2 label_id", results[8].label_id, 0, 0);
  Check("image 2 result 2 score", results[8].score, 0.25, 0.0001);
  Check("image 2 result 2 rbbox", results[8].rbbox[0], 16.66667, 0.0001);
  Check("image 2 result 2 rbbox", results[8].rbbox[1], 1.875, 0.0001);
  Check("image 2 result 2 rbbox", results[8].rbbox[2], 13.33333, 0.0001);
  Check("image 2 result 2 rbbox", results[8].rbbox[3], 0.25, 0.0001);
  Check("image 2 result 2 rbbox", results[8].rbbox[4], 3.0, 0.0001);
  mmdeploy_rotated_detector_release_result(results, counts);
  mmdeploy_rotated_detector_destroy(handle);
  return failures != 0;
}
