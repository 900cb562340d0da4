// Generated from mmdeploy/task/classifier/golden by api/gen.py. The golden model through the C API.
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "mmdeploy/classifier.h"

enum { kImages = 4, kMaxPixels = 576 };

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
  if (argc != 2) return Fail("usage: classifier_test model_path");
  mmdeploy_model_t model = NULL;
  mmdeploy_classifier_t handle = NULL;
  if (mmdeploy_model_create_by_path(argv[1], &model)) return Fail("model");
  if (mmdeploy_classifier_create(model, "cpu", 0, &handle)) return Fail("classifier");
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
  Fill(data[1], 135, 86);
  mats[1].data = data[1];
  mats[1].height = 5;
  mats[1].width = 9;
  mats[1].format = MMDEPLOY_PIXEL_FORMAT_BGR;
  mats[1].type = MMDEPLOY_DATA_TYPE_UINT8;
  Fill(data[2], 576, 171);
  mats[2].data = data[2];
  mats[2].height = 16;
  mats[2].width = 12;
  mats[2].format = MMDEPLOY_PIXEL_FORMAT_BGR;
  mats[2].type = MMDEPLOY_DATA_TYPE_UINT8;
  Fill(data[3], 28, 3);
  mats[3].data = data[3];
  mats[3].height = 7;
  mats[3].width = 4;
  mats[3].format = MMDEPLOY_PIXEL_FORMAT_GRAYSCALE;
  mats[3].type = MMDEPLOY_DATA_TYPE_UINT8;

  mmdeploy_classification_t* results = NULL;
  int* counts = NULL;
  if (mmdeploy_classifier_apply(handle, mats, kImages, &results, &counts)) return Fail("apply");
  Check("results of image 0", counts[0], 3, 0);
  Check("results of image 1", counts[1], 3, 0);
  Check("results of image 2", counts[2], 3, 0);
  Check("results of image 3", counts[3], 3, 0);
  if (failures) return 1;
  Check("image 0 result 0 label_id", results[0].label_id, 0, 0);
  Check("image 0 result 0 score", results[0].score, 0.455357, 1e-05);
  Check("image 0 result 1 label_id", results[1].label_id, 2, 0);
  Check("image 0 result 1 score", results[1].score, 0.076786, 1e-05);
  Check("image 0 result 2 label_id", results[2].label_id, 1, 0);
  Check("image 0 result 2 score", results[2].score, 0.067857, 1e-05);
  Check("image 1 result 0 label_id", results[3].label_id, 0, 0);
  Check("image 1 result 0 score", results[3].score, 2.454857, 1e-05);
  Check("image 1 result 1 label_id", results[4].label_id, 1, 0);
  Check("image 1 result 1 score", results[4].score, 0.086857, 1e-05);
  Check("image 1 result 2 label_id", results[5].label_id, 3, 0);
  Check("image 1 result 2 score", results[5].score, -0.093429, 1e-05);
  Check("image 2 result 0 label_id", results[6].label_id, 0, 0);
  Check("image 2 result 0 score", results[6].score, 1.203056, 1e-05);
  Check("image 2 result 1 label_id", results[7].label_id, 1, 0);
  Check("image 2 result 1 score", results[7].score, 0.083889, 1e-05);
  Check("image 2 result 2 label_id", results[8].label_id, 3, 0);
  Check("image 2 result 2 score", results[8].score, -0.169028, 1e-05);
  Check("image 3 result 0 label_id", results[9].label_id, 2, 0);
  Check("image 3 result 0 score", results[9].score, 0.338452, 1e-05);
  Check("image 3 result 1 label_id", results[10].label_id, 1, 0);
  Check("image 3 result 1 score", results[10].score, 0.204524, 1e-05);
  Check("image 3 result 2 label_id", results[11].label_id, 0, 0);
  Check("image 3 result 2 score", results[11].score, 0.057024, 1e-05);
  mmdeploy_classifier_release_result(results, counts, kImages);
  mmdeploy_classifier_destroy(handle);
  return failures != 0;
}
