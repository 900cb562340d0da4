// The C API with images that lie on a device, and with a network that runs on one.
#include <dlfcn.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "mmdeploy/classifier.h"
#include "mmdeploy/detector.h"

namespace {

using testing::HasSubstr;

constexpr char kClassifier[] = "mmdeploy/task/classifier/golden/model";
constexpr char kDetector[] = "mmdeploy/task/detector/golden/model";

template <class Function>
Function Find(const char* name) {
  void* plugin = ::dlopen(MMDEPLOY_FAKE_DEVICE "/libmmdeploy_fake_device.so", RTLD_NOW);
  return plugin ? reinterpret_cast<Function>(::dlsym(plugin, name)) : nullptr;
}

class CApiDevices : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(mmdeploy_device_create("cuda", 0, &device_), MMDEPLOY_SUCCESS);
    for (size_t i = 0; i < pixels_.size(); ++i) pixels_[i] = static_cast<uint8_t>(i * 5);
  }
  void TearDown() override {
    mmdeploy_device_destroy(device_);
    mmdeploy_model_destroy(model_);
  }

  // The pixels as an image of the host, or of the device once its plug-in has been opened.
  mmdeploy_mat_t Mat(bool on_device) {
    mmdeploy_mat_t mat{pixels_.data(),          8, 8, 3, MMDEPLOY_PIXEL_FORMAT_BGR,
                       MMDEPLOY_DATA_TYPE_UINT8};
    if (!on_device) return mat;
    const auto upload = Find<void* (*)(int, const void*, size_t)>("fake_device_upload");
    mat.data = static_cast<uint8_t*>(upload(0, pixels_.data(), pixels_.size()));
    mat.device = device_;
    return mat;
  }

  // Opens a model on the fake device, by which its memory becomes known.
  static void OpenEngine() {
    ::setenv("MMDEPLOY_ENGINE_PATH", MMDEPLOY_FAKE_DEVICE, 1);
    mmdeploy_classifier_t classifier{};
    const std::string path = testing::TempDir() + "/fake_device_model";
    const std::string copy = "rm -rf " + path + " && cp -r " + kClassifier + " " + path +
                             " && sed -i 's/\"example\"/\"fake_device\"/' " + path + "/deploy.json";
    ASSERT_EQ(std::system(copy.c_str()), 0);
    ASSERT_EQ(mmdeploy_classifier_create_by_path(path.c_str(), "cuda", 0, &classifier),
              MMDEPLOY_SUCCESS)
        << mmdeploy_last_error();
    mmdeploy_classifier_destroy(classifier);
  }

  mmdeploy_device_t device_{};
  mmdeploy_model_t model_{};
  std::vector<uint8_t> pixels_ = std::vector<uint8_t>(8 * 8 * 3);
};

// This one has to be the first: later ones make the device known.
TEST_F(CApiDevices, AnImageOnADeviceThatNobodyKnowsIsRefused) {
  mmdeploy_classifier_t classifier{};
  ASSERT_EQ(mmdeploy_classifier_create_by_path(kClassifier, "cpu", 0, &classifier),
            MMDEPLOY_SUCCESS);
  mmdeploy_mat_t mat = Mat(false);
  mat.device = device_;
  mmdeploy_classification_t* results{};
  int* counts{};
  EXPECT_EQ(mmdeploy_classifier_apply(classifier, &mat, 1, &results, &counts),
            MMDEPLOY_E_NOT_SUPPORTED);
  EXPECT_THAT(mmdeploy_last_error(),
              HasSubstr("image 0: nothing here knows the memory of device 'cuda:0'"));
  mmdeploy_classifier_destroy(classifier);
}

TEST_F(CApiDevices, ADetectorTakesImagesOfTheDevice) {
  OpenEngine();
  mmdeploy_detector_t detector{};
  ASSERT_EQ(mmdeploy_detector_create_by_path(kDetector, "cpu", 0, &detector), MMDEPLOY_SUCCESS);
  mmdeploy_detection_t *expected{}, *found{};
  int *expected_count{}, *count{};
  const mmdeploy_mat_t host = Mat(false), device = Mat(true);
  ASSERT_NE(device.data, nullptr);
  ASSERT_EQ(mmdeploy_detector_apply(detector, &host, 1, &expected, &expected_count),
            MMDEPLOY_SUCCESS);
  ASSERT_EQ(mmdeploy_detector_apply(detector, &device, 1, &found, &count), MMDEPLOY_SUCCESS)
      << mmdeploy_last_error();
  ASSERT_EQ(*count, *expected_count);
  ASSERT_GT(*count, 0);
  for (int i = 0; i < *count; ++i) {
    EXPECT_EQ(found[i].label_id, expected[i].label_id);
    EXPECT_EQ(found[i].score, expected[i].score);
    EXPECT_EQ(found[i].bbox.left, expected[i].bbox.left);
  }
  mmdeploy_detector_release_result(expected, expected_count, 1);
  mmdeploy_detector_release_result(found, count, 1);
  mmdeploy_detector_destroy(detector);
}

}  // namespace
