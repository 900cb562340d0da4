// Wrong use of the C API: the code and the message of each mistake.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "mmdeploy/classifier.h"

namespace {

using testing::HasSubstr;

constexpr char kModel[] = "mmdeploy/task/classifier/golden/model";

// The golden model, loaded for each test that needs one.
class CApiErrors : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(mmdeploy_classifier_create_by_path(kModel, "cpu", 0, &classifier_), MMDEPLOY_SUCCESS)
        << mmdeploy_last_error();
  }
  void TearDown() override { mmdeploy_classifier_destroy(classifier_); }

  mmdeploy_mat_t GoodMat() {
    return {pixels_.data(), 8, 8, 3, MMDEPLOY_PIXEL_FORMAT_BGR, MMDEPLOY_DATA_TYPE_UINT8};
  }

  // Applies one image and expects the code and the message.
  void ExpectApplyError(const mmdeploy_mat_t& mat, int code, const std::string& message) {
    mmdeploy_classification_t* results{};
    int* counts{};
    EXPECT_EQ(mmdeploy_classifier_apply(classifier_, &mat, 1, &results, &counts), code);
    EXPECT_THAT(mmdeploy_last_error(), HasSubstr(message));
    EXPECT_EQ(results, nullptr);
    EXPECT_EQ(counts, nullptr);
  }

  mmdeploy_classifier_t classifier_{};
  std::vector<uint8_t> pixels_ = std::vector<uint8_t>(8 * 8 * 3, 100);
};

TEST(CApi, VersionIsThatOfTheHeader) {
  const std::string expected = std::to_string(MMDEPLOY_VERSION_MAJOR) + "." +
                               std::to_string(MMDEPLOY_VERSION_MINOR) + "." +
                               std::to_string(MMDEPLOY_VERSION_PATCH);
  EXPECT_EQ(mmdeploy_version(), expected);
}

TEST(CApi, DestroyingNothingIsFine) {
  mmdeploy_model_destroy(nullptr);
  mmdeploy_classifier_destroy(nullptr);
  mmdeploy_device_destroy(nullptr);
  mmdeploy_context_destroy(nullptr);
  EXPECT_EQ(mmdeploy_value_destroy(nullptr), 0);
  EXPECT_EQ(mmdeploy_value_copy(nullptr), nullptr);
  mmdeploy_classifier_release_result(nullptr, nullptr, 1);
}

TEST(CApi, NullArgumentsAreNamed) {
  mmdeploy_model_t model{};
  EXPECT_EQ(mmdeploy_model_create_by_path(nullptr, &model), MMDEPLOY_E_INVALID_ARG);
  EXPECT_STREQ(mmdeploy_last_error(), "argument 'path' of mmdeploy_model_create_by_path is NULL");
  EXPECT_EQ(mmdeploy_model_create_by_path(kModel, nullptr), MMDEPLOY_E_INVALID_ARG);
  EXPECT_STREQ(mmdeploy_last_error(), "argument 'model' of mmdeploy_model_create_by_path is NULL");

  mmdeploy_classifier_t classifier{};
  EXPECT_EQ(mmdeploy_classifier_create(nullptr, "cpu", 0, &classifier), MMDEPLOY_E_INVALID_ARG);
  EXPECT_STREQ(mmdeploy_last_error(), "argument 'model' of mmdeploy_classifier_create is NULL");
  EXPECT_EQ(mmdeploy_classifier_create_by_path(kModel, nullptr, 0, &classifier),
            MMDEPLOY_E_INVALID_ARG);
  EXPECT_STREQ(mmdeploy_last_error(),
               "argument 'device_name' of mmdeploy_classifier_create_by_path is NULL");
  EXPECT_EQ(mmdeploy_classifier_apply_v2(nullptr, nullptr, nullptr), MMDEPLOY_E_INVALID_ARG);
  EXPECT_STREQ(mmdeploy_last_error(), "argument 'handle' of mmdeploy_classifier_apply_v2 is NULL");
  mmdeploy_classification_t* results{};
  int* counts{};
  EXPECT_EQ(mmdeploy_classifier_get_result(nullptr, &results, &counts), MMDEPLOY_E_INVALID_ARG);
  EXPECT_STREQ(mmdeploy_last_error(),
               "argument 'output' of mmdeploy_classifier_get_result is NULL");
}

TEST(CApi, ImagesMustMatchTheirCount) {
  mmdeploy_value_t value{};
  EXPECT_EQ(mmdeploy_common_create_input(nullptr, 2, &value), MMDEPLOY_E_INVALID_ARG);
  EXPECT_STREQ(mmdeploy_last_error(),
               "argument 'mats' of mmdeploy_common_create_input is NULL but 'mat_count' is 2");
  EXPECT_EQ(mmdeploy_common_create_input(nullptr, -1, &value), MMDEPLOY_E_INVALID_ARG);
  EXPECT_STREQ(mmdeploy_last_error(),
               "argument 'mat_count' of mmdeploy_common_create_input is -1, allowed: 0 or more");
  EXPECT_EQ(value, nullptr);
}

TEST(CApi, AModelThatIsNotThere) {
  mmdeploy_model_t model{};
  EXPECT_EQ(mmdeploy_model_create_by_path("no/such/model", &model), MMDEPLOY_E_FILE_NOT_EXIST);
  EXPECT_THAT(mmdeploy_last_error(), HasSubstr("no/such/model"));
  EXPECT_EQ(model, nullptr);
}

TEST(CApi, BuffersThatAreNoModel) {
  mmdeploy_model_t model{};
  EXPECT_EQ(mmdeploy_model_create(nullptr, 0, &model), MMDEPLOY_E_FAIL);
  EXPECT_STREQ(mmdeploy_last_error(),
               "the model's buffer is empty (0 bytes); pass the bytes of a zip file");
  EXPECT_EQ(mmdeploy_model_create("no zip", 6, &model), MMDEPLOY_E_FAIL);
  EXPECT_THAT(mmdeploy_last_error(), HasSubstr("zip"));
  EXPECT_EQ(model, nullptr);
}

TEST(CApi, DevicesThatDoNotExist) {
  mmdeploy_device_t device{};
  EXPECT_EQ(mmdeploy_device_create("npu", 0, &device), MMDEPLOY_E_INVALID_ARG);
  EXPECT_THAT(mmdeploy_last_error(), HasSubstr("npu"));
  EXPECT_EQ(device, nullptr);
  mmdeploy_classifier_t classifier{};
  EXPECT_EQ(mmdeploy_classifier_create_by_path(kModel, "npu", 0, &classifier),
            MMDEPLOY_E_INVALID_ARG);
  EXPECT_THAT(mmdeploy_last_error(), HasSubstr("npu"));
  EXPECT_EQ(mmdeploy_classifier_create_by_path(kModel, "cpu", -1, &classifier),
            MMDEPLOY_E_INVALID_ARG);
  EXPECT_EQ(classifier, nullptr);
}

TEST(CApi, ContextsTakeADeviceAndThreads) {
  mmdeploy_context_t context{};
  ASSERT_EQ(mmdeploy_context_create(&context), MMDEPLOY_SUCCESS);
  mmdeploy_device_t device{};
  ASSERT_EQ(mmdeploy_device_create("cpu", 0, &device), MMDEPLOY_SUCCESS);
  EXPECT_EQ(mmdeploy_context_add(context, MMDEPLOY_TYPE_DEVICE, nullptr, device), MMDEPLOY_SUCCESS);
  EXPECT_EQ(mmdeploy_context_add(context, MMDEPLOY_TYPE_MAT, "m", device),
            MMDEPLOY_E_NOT_SUPPORTED);
  EXPECT_STREQ(mmdeploy_last_error(),
               "mmdeploy_context_add got type 4, allowed: MMDEPLOY_TYPE_DEVICE (0), _MODEL (2), "
               "_SCHEDULER (3), _PROFILER (5)");
  EXPECT_EQ(mmdeploy_context_add(context, MMDEPLOY_TYPE_MODEL, nullptr, device),
            MMDEPLOY_E_INVALID_ARG);
  EXPECT_EQ(mmdeploy_context_set_num_threads(context, -1), MMDEPLOY_E_INVALID_ARG);
  EXPECT_STREQ(mmdeploy_last_error(), "num_threads is -1, allowed: 0 (the default) or more");
  EXPECT_EQ(mmdeploy_context_set_num_threads(context, 1), MMDEPLOY_SUCCESS);
  EXPECT_EQ(mmdeploy_context_set_trusted(context, 1), MMDEPLOY_SUCCESS);
  EXPECT_EQ(mmdeploy_context_set_trusted(nullptr, 1), MMDEPLOY_E_INVALID_ARG);
  mmdeploy_device_destroy(device);
  mmdeploy_context_destroy(context);
}

TEST(CApi, ListsOfSchedulersAreChecked) {
  mmdeploy_model_t model{};
  ASSERT_EQ(mmdeploy_model_create_by_path(kModel, &model), MMDEPLOY_SUCCESS);
  mmdeploy_exec_info first{nullptr, "Preprocess", nullptr};
  mmdeploy_exec_info second{&first, "net", nullptr};
  mmdeploy_classifier_t classifier{};
  EXPECT_EQ(mmdeploy_classifier_create_v2(model, "cpu", 0, &second, &classifier), MMDEPLOY_SUCCESS);
  mmdeploy_classifier_destroy(classifier);

  first.next = &second;
  EXPECT_EQ(mmdeploy_classifier_create_v2(model, "cpu", 0, &second, &classifier),
            MMDEPLOY_E_INVALID_ARG);
  EXPECT_THAT(mmdeploy_last_error(), HasSubstr("exec_info"));

  first.next = nullptr;
  first.task_name = nullptr;
  first.scheduler = mmdeploy_executor_inline();
  EXPECT_EQ(mmdeploy_classifier_create_v2(model, "cpu", 0, &second, &classifier),
            MMDEPLOY_E_INVALID_ARG);
  EXPECT_THAT(mmdeploy_last_error(), HasSubstr("a scheduler without task_name"));
  EXPECT_EQ(classifier, nullptr);
  mmdeploy_scheduler_destroy(first.scheduler);
  mmdeploy_model_destroy(model);
}

TEST_F(CApiErrors, WrongImages) {
  mmdeploy_mat_t mat = GoodMat();
  mat.height = 0;
  ExpectApplyError(mat, MMDEPLOY_E_INVALID_ARG, "image 0: image is empty: height 0, width 8");

  mat = GoodMat();
  mat.data = nullptr;
  ExpectApplyError(mat, MMDEPLOY_E_INVALID_ARG, "image 0: image has no data (null pointer)");

  mat = GoodMat();
  const int unknown = 9;
  std::memcpy(&mat.format, &unknown, sizeof(unknown));
  ExpectApplyError(mat, MMDEPLOY_E_INVALID_ARG, "image 0: image has pixel format 9, allowed: 0");

  mat = GoodMat();
  mat.type = MMDEPLOY_DATA_TYPE_HALF;
  ExpectApplyError(mat, MMDEPLOY_E_INVALID_ARG, "image 0: element type is 1, allowed:");

  mat = GoodMat();
  mat.width = 1 << 20;
  ExpectApplyError(mat, MMDEPLOY_E_OUT_OF_RANGE, "image 0: image is too large");

  mat = GoodMat();
  mat.row_stride = 23;
  ExpectApplyError(mat, MMDEPLOY_E_INVALID_ARG, "image 0: image has a row stride of 23 bytes");
}

TEST_F(CApiErrors, ImagesInTheMemoryOfAnotherDevice) {
  mmdeploy_device_t cuda{};
  ASSERT_EQ(mmdeploy_device_create("cuda", 0, &cuda), MMDEPLOY_SUCCESS);
  mmdeploy_mat_t mat = GoodMat();
  mat.device = cuda;
  ExpectApplyError(mat, MMDEPLOY_E_NOT_SUPPORTED,
                   "image 0: nothing here knows the memory of device 'cuda:0'; load a model on an "
                   "engine that runs on this device first, or use host memory");
  mmdeploy_device_destroy(cuda);
}

TEST_F(CApiErrors, TheSecondImageIsNamed) {
  const mmdeploy_mat_t mats[2] = {GoodMat(), {}};
  mmdeploy_classification_t* results{};
  int* counts{};
  EXPECT_EQ(mmdeploy_classifier_apply(classifier_, mats, 2, &results, &counts),
            MMDEPLOY_E_INVALID_ARG);
  EXPECT_THAT(mmdeploy_last_error(), HasSubstr("image 1: image is empty"));
}

TEST_F(CApiErrors, ChannelOfInputsIsNotRead) {
  mmdeploy_mat_t mat = GoodMat();
  mat.channel = 2;
  mmdeploy_classification_t* results{};
  int* counts{};
  ASSERT_EQ(mmdeploy_classifier_apply(classifier_, &mat, 1, &results, &counts), MMDEPLOY_SUCCESS)
      << mmdeploy_last_error();
  mmdeploy_classifier_release_result(results, counts, 1);
}

TEST_F(CApiErrors, NoImagesGiveNoResults) {
  mmdeploy_classification_t* results{};
  int* counts{};
  EXPECT_EQ(mmdeploy_classifier_apply(classifier_, nullptr, 0, &results, &counts), MMDEPLOY_SUCCESS)
      << mmdeploy_last_error();
  mmdeploy_classifier_release_result(results, counts, 0);
}

TEST_F(CApiErrors, ValuesOfAnotherKindAreRefused) {
  const mmdeploy_mat_t mat = GoodMat();
  mmdeploy_value_t input{};
  ASSERT_EQ(mmdeploy_classifier_create_input(&mat, 1, &input), MMDEPLOY_SUCCESS);
  mmdeploy_classification_t* results{};
  int* counts{};
  EXPECT_EQ(mmdeploy_classifier_get_result(input, &results, &counts), MMDEPLOY_E_INVALID_ARG);
  EXPECT_THAT(mmdeploy_last_error(), HasSubstr("mmdeploy_classifier_apply_v2"));

  mmdeploy_value_t output{};
  ASSERT_EQ(mmdeploy_classifier_apply_v2(classifier_, input, &output), MMDEPLOY_SUCCESS)
      << mmdeploy_last_error();
  mmdeploy_value_t unused{};
  EXPECT_EQ(mmdeploy_classifier_apply_v2(classifier_, output, &unused), MMDEPLOY_E_INVALID_ARG);
  EXPECT_EQ(unused, nullptr);
  mmdeploy_value_destroy(input);
  mmdeploy_value_destroy(output);
}

TEST_F(CApiErrors, StepwiseCallsGiveWhatApplyGives) {
  const mmdeploy_mat_t mats[2] = {GoodMat(), GoodMat()};
  mmdeploy_classification_t* expected{};
  int* expected_counts{};
  ASSERT_EQ(mmdeploy_classifier_apply(classifier_, mats, 2, &expected, &expected_counts), 0);

  mmdeploy_value_t input{}, output{};
  ASSERT_EQ(mmdeploy_classifier_create_input(mats, 2, &input), 0);
  ASSERT_EQ(mmdeploy_classifier_apply_v2(classifier_, input, &output), 0) << mmdeploy_last_error();
  mmdeploy_value_destroy(input);
  mmdeploy_value_t copy = mmdeploy_value_copy(output);
  mmdeploy_value_destroy(output);
  mmdeploy_classification_t* results{};
  int* counts{};
  ASSERT_EQ(mmdeploy_classifier_get_result(copy, &results, &counts), 0) << mmdeploy_last_error();
  mmdeploy_value_destroy(copy);

  ASSERT_EQ(counts[0], expected_counts[0]);
  ASSERT_EQ(counts[1], expected_counts[1]);
  for (int i = 0; i < counts[0] + counts[1]; ++i) {
    EXPECT_EQ(results[i].label_id, expected[i].label_id);
    EXPECT_EQ(results[i].score, expected[i].score);
  }
  mmdeploy_classifier_release_result(results, counts, 2);
  mmdeploy_classifier_release_result(expected, expected_counts, 2);
}

TEST_F(CApiErrors, RowsMayLieApart) {
  const mmdeploy_mat_t tight = GoodMat();
  for (size_t i = 0; i < pixels_.size(); ++i) pixels_[i] = static_cast<uint8_t>(i * 7);
  std::vector<uint8_t> padded(8 * 40, 255);
  for (size_t row = 0; row < 8; ++row) {
    std::copy_n(&pixels_[row * 24], 24, &padded[row * 40]);
  }
  mmdeploy_mat_t apart = tight;
  apart.data = padded.data();
  apart.row_stride = 40;
  const mmdeploy_mat_t mats[2] = {tight, apart};
  mmdeploy_classification_t* results{};
  int* counts{};
  ASSERT_EQ(mmdeploy_classifier_apply(classifier_, mats, 2, &results, &counts), 0)
      << mmdeploy_last_error();
  EXPECT_EQ(results[0].label_id, results[counts[0]].label_id);
  EXPECT_EQ(results[0].score, results[counts[0]].score);
  mmdeploy_classifier_release_result(results, counts, 2);
}

TEST_F(CApiErrors, EachThreadHasItsOwnLastError) {
  EXPECT_EQ(mmdeploy_model_create_by_path(nullptr, nullptr), MMDEPLOY_E_INVALID_ARG);
  std::string elsewhere = "unset";
  std::thread([&] { elsewhere = mmdeploy_last_error(); }).join();
  EXPECT_EQ(elsewhere, "");
}

}  // namespace
