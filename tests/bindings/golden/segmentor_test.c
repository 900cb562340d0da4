// Generated from mmdeploy/task/segmentor/golden by api/gen.py. The golden model through the C API.
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "mmdeploy/segmentor.h"

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
  if (argc != 2) return Fail("usage: segmentor_test model_path");
  mmdeploy_model_t model = NULL;
  mmdeploy_segmentor_t handle = NULL;
  if (mmdeploy_model_create_by_path(argv[1], &model)) return Fail("model");
  if (mmdeploy_segmentor_create(model, "cpu", 0, &handle)) return Fail("segmentor");
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

  mmdeploy_segmentation_t* results = NULL;
  if (mmdeploy_segmentor_apply(handle, mats, kImages, &results)) return Fail("apply");
  Check("image 0 result 0 height", results[0].height, 8, 0);
  Check("image 0 result 0 width", results[0].width, 8, 0);
  Check("image 0 result 0 classes", results[0].classes, 5, 0);
  Check("image 0 result 0 mask", results[0].mask[0], 0, 0);
  Check("image 0 result 0 mask", results[0].mask[9], 0, 0);
  Check("image 0 result 0 mask", results[0].mask[18], 1, 0);
  Check("image 0 result 0 mask", results[0].mask[27], 4, 0);
  Check("image 0 result 0 mask", results[0].mask[36], 2, 0);
  Check("image 0 result 0 mask", results[0].mask[45], 2, 0);
  Check("image 0 result 0 mask", results[0].mask[54], 2, 0);
  Check("image 0 result 0 mask", results[0].mask[63], 2, 0);
  Check("image 0 result 0 score", results[0].score != 0, 0, 0);
  Check("image 1 result 0 height", results[1].height, 31, 0);
  Check("image 1 result 0 width", results[1].width, 17, 0);
  Check("image 1 result 0 classes", results[1].classes, 5, 0);
  Check("image 1 result 0 mask", results[1].mask[0], 0, 0);
  Check("image 1 result 0 mask", results[1].mask[75], 1, 0);
  Check("image 1 result 0 mask", results[1].mask[150], 3, 0);
  Check("image 1 result 0 mask", results[1].mask[225], 4, 0);
  Check("image 1 result 0 mask", results[1].mask[300], 2, 0);
  Check("image 1 result 0 mask", results[1].mask[375], 1, 0);
  Check("image 1 result 0 mask", results[1].mask[450], 3, 0);
  Check("image 1 result 0 mask", results[1].mask[525], 2, 0);
  Check("image 1 result 0 score", results[1].score != 0, 0, 0);
  Check("image 2 result 0 height", results[2].height, 3, 0);
  Check("image 2 result 0 width", results[2].width, 40, 0);
  Check("image 2 result 0 classes", results[2].classes, 5, 0);
  Check("image 2 result 0 mask", results[2].mask[0], 0, 0);
  Check("image 2 result 0 mask", results[2].mask[17], 1, 0);
  Check("image 2 result 0 mask", results[2].mask[34], 3, 0);
  Check("image 2 result 0 mask", results[2].mask[51], 4, 0);
  Check("image 2 result 0 mask", results[2].mask[68], 2, 0);
  Check("image 2 result 0 mask", results[2].mask[85], 1, 0);
  Check("image 2 result 0 mask", results[2].mask[102], 3, 0);
  Check("image 2 result 0 mask", results[2].mask[119], 2, 0);
  Check("image 2 result 0 score", results[2].score != 0, 0, 0);
  mmdeploy_segmentor_release_result(results, kImages);
  mmdeploy_segmentor_destroy(handle);
  return failures != 0;
}
