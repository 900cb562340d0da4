// Generated from mmdeploy/task/text_recognizer/golden by api/gen.py. The golden model through the C
// API.
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "mmdeploy/text_recognizer.h"

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
  if (argc != 2) return Fail("usage: text_recognizer_test model_path");
  mmdeploy_model_t model = NULL;
  mmdeploy_text_recognizer_t handle = NULL;
  if (mmdeploy_model_create_by_path(argv[1], &model)) return Fail("model");
  if (mmdeploy_text_recognizer_create(model, "cpu", 0, &handle)) return Fail("text_recognizer");
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

  mmdeploy_text_recognition_t* results = NULL;
  if (mmdeploy_text_recognizer_apply(handle, mats, kImages, &results)) return Fail("apply");
  Check("image 0 result 0 text", strcmp(results[0].text, "字"), 0, 0);
  Check("image 0 result 0 scores", results[0].score[0], 0.53824, 0.0001);
  Check("image 1 result 0 text", strcmp(results[1].text, "字"), 0, 0);
  Check("image 1 result 0 scores", results[1].score[0], 0.50853, 0.0001);
  Check("image 2 result 0 text", strcmp(results[2].text, "字ééa"), 0, 0);
  Check("image 2 result 0 scores", results[2].score[0], 0.73868, 0.0001);
  Check("image 2 result 0 scores", results[2].score[1], 0.65127, 0.0001);
  Check("image 2 result 0 scores", results[2].score[2], 0.65565, 0.0001);
  Check("image 2 result 0 scores", results[2].score[3], 0.98138, 0.0001);
  mmdeploy_text_recognizer_release_result(results, kImages);
  mmdeploy_text_recognizer_destroy(handle);
  return failures != 0;
}
