// Generated from mmdeploy/task/pose_detector/golden by api/gen.py. The golden model through the C
// API.
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "mmdeploy/pose_detector.h"

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
  if (argc != 2) return Fail("usage: pose_detector_test model_path");
  mmdeploy_model_t model = NULL;
  mmdeploy_pose_detector_t handle = NULL;
  if (mmdeploy_model_create_by_path(argv[1], &model)) return Fail("model");
  if (mmdeploy_pose_detector_create(model, "cpu", 0, &handle)) return Fail("pose_detector");
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

  mmdeploy_pose_detection_t* results = NULL;
  if (mmdeploy_pose_detector_apply(handle, mats, kImages, &results)) return Fail("apply");
  Check("image 0 result 0 points", results[0].point[0].x, 3.0625, 0.001);
  Check("image 0 result 0 points", results[0].point[0].y, 1.1875, 0.001);
  Check("image 0 result 0 points", results[0].point[1].x, 0.25, 0.001);
  Check("image 0 result 0 points", results[0].point[1].y, 4.0, 0.001);
  Check("image 0 result 0 points", results[0].point[2].x, 6.8125, 0.001);
  Check("image 0 result 0 points", results[0].point[2].y, 4.9375, 0.001);
  Check("image 0 result 0 points", results[0].point[3].x, -2.25, 0.001);
  Check("image 0 result 0 points", results[0].point[3].y, -2.25, 0.001);
  Check("image 0 result 0 scores", results[0].score[0], 0.8814, 0.001);
  Check("image 0 result 0 scores", results[0].score[1], 0.8814, 0.001);
  Check("image 0 result 0 scores", results[0].score[2], 0.8814, 0.001);
  Check("image 0 result 0 scores", results[0].score[3], 0.0, 0.001);
  Check("image 1 result 0 points", results[1].point[0].x, 4.8672, 0.001);
  Check("image 1 result 0 points", results[1].point[0].y, 4.6016, 0.001);
  Check("image 1 result 0 points", results[1].point[1].x, -6.0312, 0.001);
  Check("image 1 result 0 points", results[1].point[1].y, 15.5, 0.001);
  Check("image 1 result 0 points", results[1].point[2].x, 19.3984, 0.001);
  Check("image 1 result 0 points", results[1].point[2].y, 19.1328, 0.001);
  Check("image 1 result 0 points", results[1].point[3].x, -15.7188, 0.001);
  Check("image 1 result 0 points", results[1].point[3].y, -8.7188, 0.001);
  Check("image 1 result 0 scores", results[1].score[0], 0.8814, 0.001);
  Check("image 1 result 0 scores", results[1].score[1], 0.8814, 0.001);
  Check("image 1 result 0 scores", results[1].score[2], 0.8814, 0.001);
  Check("image 1 result 0 scores", results[1].score[3], 0.0, 0.001);
  Check("image 2 result 0 points", results[2].point[0].x, 15.3125, 0.001);
  Check("image 2 result 0 points", results[2].point[0].y, -12.5625, 0.001);
  Check("image 2 result 0 points", results[2].point[1].x, 1.25, 0.001);
  Check("image 2 result 0 points", results[2].point[1].y, 1.5, 0.001);
  Check("image 2 result 0 points", results[2].point[2].x, 34.0625, 0.001);
  Check("image 2 result 0 points", results[2].point[2].y, 6.1875, 0.001);
  Check("image 2 result 0 points", results[2].point[3].x, -11.25, 0.001);
  Check("image 2 result 0 points", results[2].point[3].y, -29.75, 0.001);
  Check("image 2 result 0 scores", results[2].score[0], 0.8814, 0.001);
  Check("image 2 result 0 scores", results[2].score[1], 0.8814, 0.001);
  Check("image 2 result 0 scores", results[2].score[2], 0.8814, 0.001);
  Check("image 2 result 0 scores", results[2].score[3], 0.0, 0.001);
  mmdeploy_pose_detector_release_result(results, kImages);
  mmdeploy_pose_detector_destroy(handle);
  return failures != 0;
}
