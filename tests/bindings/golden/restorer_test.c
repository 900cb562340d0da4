// Generated from mmdeploy/task/restorer/golden by api/gen.py. The golden model through the C API.
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "mmdeploy/restorer.h"

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
  if (argc != 2) return Fail("usage: restorer_test model_path");
  mmdeploy_model_t model = NULL;
  mmdeploy_restorer_t handle = NULL;
  if (mmdeploy_model_create_by_path(argv[1], &model)) return Fail("model");
  if (mmdeploy_restorer_create(model, "cpu", 0, &handle)) return Fail("restorer");
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

  mmdeploy_mat_t* results = NULL;
  if (mmdeploy_restorer_apply(handle, mats, kImages, &results)) return Fail("apply");
  Check("image 0 result 0 image", results[0].height, 2, 0);
  Check("image 0 result 0 image", results[0].width, 3, 0);
  Check("image 0 result 0 image", results[0].channel, 3, 0);
  Check("image 0 result 0 image", results[0].data[0], 0, 0.0001);
  Check("image 0 result 0 image", results[0].data[1], 82, 0.0001);
  Check("image 0 result 0 image", results[0].data[2], 189, 0.0001);
  Check("image 0 result 0 image", results[0].data[3], 0, 0.0001);
  Check("image 0 result 0 image", results[0].data[4], 99, 0.0001);
  Check("image 0 result 0 image", results[0].data[5], 207, 0.0001);
  Check("image 0 result 0 image", results[0].data[6], 10, 0.0001);
  Check("image 0 result 0 image", results[0].data[7], 117, 0.0001);
  Check("image 0 result 0 image", results[0].data[8], 224, 0.0001);
  Check("image 0 result 0 image", results[0].data[9], 28, 0.0001);
  Check("image 0 result 0 image", results[0].data[10], 135, 0.0001);
  Check("image 0 result 0 image", results[0].data[11], 242, 0.0001);
  Check("image 0 result 0 image", results[0].data[12], 46, 0.0001);
  Check("image 0 result 0 image", results[0].data[13], 153, 0.0001);
  Check("image 0 result 0 image", results[0].data[14], 255, 0.0001);
  Check("image 0 result 0 image", results[0].data[15], 64, 0.0001);
  Check("image 0 result 0 image", results[0].data[16], 171, 0.0001);
  Check("image 0 result 0 image", results[0].data[17], 255, 0.0001);
  Check("image 1 result 0 image", results[1].height, 2, 0);
  Check("image 1 result 0 image", results[1].width, 3, 0);
  Check("image 1 result 0 image", results[1].channel, 3, 0);
  Check("image 1 result 0 image", results[1].data[0], 0, 0.0001);
  Check("image 1 result 0 image", results[1].data[1], 82, 0.0001);
  Check("image 1 result 0 image", results[1].data[2], 189, 0.0001);
  Check("image 1 result 0 image", results[1].data[3], 0, 0.0001);
  Check("image 1 result 0 image", results[1].data[4], 99, 0.0001);
  Check("image 1 result 0 image", results[1].data[5], 207, 0.0001);
  Check("image 1 result 0 image", results[1].data[6], 10, 0.0001);
  Check("image 1 result 0 image", results[1].data[7], 117, 0.0001);
  Check("image 1 result 0 image", results[1].data[8], 224, 0.0001);
  Check("image 1 result 0 image", results[1].data[9], 28, 0.0001);
  Check("image 1 result 0 image", results[1].data[10], 135, 0.0001);
  Check("image 1 result 0 image", results[1].data[11], 242, 0.0001);
  Check("image 1 result 0 image", results[1].data[12], 46, 0.0001);
  Check("image 1 result 0 image", results[1].data[13], 153, 0.0001);
  Check("image 1 result 0 image", results[1].data[14], 255, 0.0001);
  Check("image 1 result 0 image", results[1].data[15], 64, 0.0001);
  Check("image 1 result 0 image", results[1].data[16], 171, 0.0001);
  Check("image 1 result 0 image", results[1].data[17], 255, 0.0001);
  Check("image 2 result 0 image", results[2].height, 2, 0);
  Check("image 2 result 0 image", results[2].width, 3, 0);
  Check("image 2 result 0 image", results[2].channel, 3, 0);
  Check("image 2 result 0 image", results[2].data[0], 0, 0.0001);
  Check("image 2 result 0 image", results[2].data[1], 82, 0.0001);
  Check("image 2 result 0 image", results[2].data[2], 189, 0.0001);
  Check("image 2 result 0 image", results[2].data[3], 0, 0.0001);
  Check("image 2 result 0 image", results[2].data[4], 99, 0.0001);
  Check("image 2 result 0 image", results[2].data[5], 207, 0.0001);
  Check("image 2 result 0 image", results[2].data[6], 10, 0.0001);
  Check("image 2 result 0 image", results[2].data[7], 117, 0.0001);
  Check("image 2 result 0 image", results[2].data[8], 224, 0.0001);
  Check("image 2 result 0 image", results[2].data[9], 28, 0.0001);
  Check("image 2 result 0 image", results[2].data[10], 135, 0.0001);
  Check("image 2 result 0 image", results[2].data[11], 242, 0.0001);
  Check("image 2 result 0 image", results[2].data[12], 46, 0.0001);
  Check("image 2 result 0 image", results[2].data[13], 153, 0.0001);
  Check("image 2 result 0 image", results[2].data[14], 255, 0.0001);
  Check("image 2 result 0 image", results[2].data[15], 64, 0.0001);
  Check("image 2 result 0 image", results[2].data[16], 171, 0.0001);
  Check("image 2 result 0 image", results[2].data[17], 255, 0.0001);
  mmdeploy_restorer_release_result(results, kImages);
  mmdeploy_restorer_destroy(handle);
  return failures != 0;
}
