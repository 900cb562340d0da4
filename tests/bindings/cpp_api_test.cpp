// The forms that users of the C++ API write.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <future>
#include <opencv2/core/core.hpp>
#include <string>
#include <thread>
#include <vector>

#include "mmdeploy/classifier.hpp"
#include "mmdeploy/segmentor.hpp"

namespace {

using mmdeploy::Classifier;
using mmdeploy::Context;
using mmdeploy::Device;
using mmdeploy::ErrorCode;
using mmdeploy::Exception;
using mmdeploy::Mat;
using mmdeploy::Model;
using mmdeploy::Span;
using testing::HasSubstr;

constexpr char kModel[] = "mmdeploy/task/classifier/golden/model";

cv::Mat Photo(int height = 8, int width = 8) {
  cv::Mat mat(height, width, CV_8UC3);
  for (int i = 0; i < height * width * 3; ++i) mat.data[i] = static_cast<uint8_t>(i * 5);
  return mat;
}

template <class Body>
Exception Thrown(Body&& body) {
  try {
    body();
  } catch (const Exception& e) {
    return e;
  }
  ADD_FAILURE() << "nothing was thrown";
  return Exception(ErrorCode::eSuccess);
}

TEST(CppApi, DocumentedForms) {
  Classifier classifier(Model(kModel), Device("cpu", 0));
  const auto result = classifier.Apply(Photo());
  ASSERT_GE(result.size(), 1u);
  EXPECT_EQ(result->label_id, result[0].label_id);
  EXPECT_EQ((*result).score, result.begin()->score);
  size_t count = 0;
  for (const mmdeploy::Classification& c : result) count += c.score <= result[0].score;
  EXPECT_EQ(count, result.size());

  Classifier braces{Model{std::string(kModel)}, Device{"cpu"}};
  const cv::Mat photos[] = {Photo(), Photo(5, 9)};
  const std::vector<Mat> images = {photos[0], photos[1]};
  EXPECT_EQ(braces.Apply({images.data(), images.size()}).size(), 2u);
  EXPECT_TRUE(braces.Apply(Span<const Mat>()).empty());
}

TEST(CppApi, EachResultStartsAtItsOwnImage) {
  const Classifier classifier(Model(kModel), Device("cpu"));
  const cv::Mat first = Photo(), second = Photo(16, 4);
  const auto alone = classifier.Apply(second);
  std::vector<Classifier::Result> results = classifier.Apply(std::vector<Mat>{first, second});
  const Classifier::Result kept = results[1];
  results.clear();
  ASSERT_EQ(kept.size(), alone.size());
  EXPECT_EQ(kept->label_id, alone->label_id);
  EXPECT_EQ((*kept).score, (*alone).score);
}

TEST(CppApi, ModelsAndContextsAreShared) {
  const Model model(kModel);
  Context context(Device("cpu"));
  context.SetNumThreads(1).SetTrusted(true);
  const Classifier one(model, context), two(model, Device("cpu"));
  EXPECT_EQ(one.Apply(Photo())->score, two.Apply(Photo())->score);
}

TEST(CppApi, ExceptionsSayWhatAndWhere) {
  const Exception missing = Thrown([] { Model("no/such/model"); });
  EXPECT_EQ(missing.code(), ErrorCode::eFileNotExist);
  EXPECT_THAT(missing.what(), HasSubstr("no/such/model"));

  const Exception device = Thrown([] { Classifier(Model(kModel), Device("npu")); });
  EXPECT_EQ(device.code(), ErrorCode::eInvalidArgument);
  EXPECT_THAT(device.what(), HasSubstr("npu"));

  const Classifier classifier(Model(kModel), Device("cpu"));
  const Exception empty = Thrown([&] { classifier.Apply(Mat()); });
  EXPECT_EQ(empty.code(), ErrorCode::eInvalidArgument);
  EXPECT_THAT(empty.what(), HasSubstr("image 0: image is empty"));
}

TEST(CppApi, CvMatsMapByChannelsAndDepth) {
  EXPECT_EQ(Mat(cv::Mat(2, 2, CV_8UC1)).desc().format, MMDEPLOY_PIXEL_FORMAT_GRAYSCALE);
  EXPECT_EQ(Mat(cv::Mat(2, 2, CV_8UC3)).desc().format, MMDEPLOY_PIXEL_FORMAT_BGR);
  EXPECT_EQ(Mat(cv::Mat(2, 2, CV_8UC4)).desc().format, MMDEPLOY_PIXEL_FORMAT_BGRA);
  EXPECT_EQ(Mat(cv::Mat(2, 2, CV_32FC3)).desc().type, MMDEPLOY_DATA_TYPE_FLOAT);
  const cv::Mat nv12(6, 4, CV_8UC1);
  EXPECT_EQ(Mat(nv12, MMDEPLOY_PIXEL_FORMAT_NV12).desc().height, 4);

  const Exception depth = Thrown([] { Mat(cv::Mat(2, 2, CV_16UC3)); });
  EXPECT_EQ(depth.code(), ErrorCode::eNotSupported);
  EXPECT_THAT(depth.what(), HasSubstr("allowed: CV_8U, CV_32F"));
  const Exception channels = Thrown([] { Mat(cv::Mat(2, 2, CV_8UC2)); });
  EXPECT_THAT(channels.what(), HasSubstr("2 channels, allowed: 1 (gray), 3 (BGR), 4 (BGRA)"));
}

TEST(CppApi, APartOfACvMatIsNotCopied) {
  const cv::Mat whole = Photo(32, 32);
  const cv::Mat part = whole(cv::Rect(3, 5, 9, 7));
  const Classifier classifier(Model(kModel), Device("cpu"));
  EXPECT_EQ(Mat(part).desc().data, part.data);
  EXPECT_EQ(classifier.Apply(part)->score, classifier.Apply(part.clone())->score);
}

TEST(CppApi, ThreadsOnOneHandleGiveTheSameBits) {
  const Classifier classifier(Model(kModel), Device("cpu"));
  std::vector<cv::Mat> photos;
  std::vector<float> expected;
  for (int i = 0; i < 8; ++i) {
    photos.push_back(Photo(4 + i, 20 - i));
    expected.push_back(classifier.Apply(photos.back())->score);
  }
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 200; ++i) {
        const size_t k = static_cast<size_t>(i + t) % photos.size();
        EXPECT_EQ(classifier.Apply(photos[k])->score, expected[k]);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(CppApi, AsynchronousCallsGiveTheSame) {
  const mmdeploy::Classifier classifier(mmdeploy::Model(kModel), mmdeploy::Device("cpu"));
  std::vector<std::vector<uint8_t>> pixels;
  for (int i = 0; i < 20; ++i) pixels.emplace_back(8 * 8 * 3, static_cast<uint8_t>(12 * i));
  std::vector<mmdeploy::Mat> images;
  for (auto& image : pixels) {
    images.emplace_back(8, 8, 3, MMDEPLOY_PIXEL_FORMAT_BGR, MMDEPLOY_DATA_TYPE_UINT8, image.data());
  }
  const auto expected = classifier.Apply(images);
  const auto pool = mmdeploy::Scheduler::ThreadPool(3);
  std::vector<std::future<std::vector<mmdeploy::Classifier::Result>>> futures;
  for (const auto& image : images) futures.push_back(classifier.ApplyAsync({image}, pool));
  for (size_t i = 0; i < futures.size(); ++i) {
    const auto found = futures[i].get();
    ASSERT_EQ(found.size(), 1u);
    ASSERT_EQ(found[0].size(), expected[i].size());
    EXPECT_EQ(found[0][0].label_id, expected[i][0].label_id);
    EXPECT_EQ(found[0][0].score, expected[i][0].score);
  }
}

TEST(CppApi, AsynchronousErrorsArrive) {
  const mmdeploy::Classifier classifier(mmdeploy::Model(kModel), mmdeploy::Device("cpu"));
  auto future = classifier.ApplyAsync({mmdeploy::Mat()}, mmdeploy::Scheduler::Thread());
  EXPECT_THROW(future.get(), mmdeploy::Exception);
  std::promise<std::string> seen;
  classifier.ApplyAsync({mmdeploy::Mat()}, mmdeploy::Scheduler::SystemPool(), [&](auto done) {
    try {
      done.get();
    } catch (const mmdeploy::Exception& e) {
      seen.set_value(e.what());
    }
  });
  EXPECT_NE(seen.get_future().get().find("image"), std::string::npos);
  EXPECT_THROW(mmdeploy::Scheduler::ThreadPool(0), mmdeploy::Exception);
}

TEST(CppApi, AContextHoldsSchedulersModelsAndAProfiler) {
  const std::string path = ::testing::TempDir() + "cpp_profile.txt";
  {
    const mmdeploy::Profiler profiler(path);
    Context context;
    context.Add("colour", mmdeploy::Scheduler::ThreadPool(2))
        .Add("other", Model(kModel))
        .Add(profiler);
    EXPECT_GE(Classifier(Model(kModel), context).Apply(Photo()).size(), 1u);
  }
  std::ifstream file(path);
  std::string first;
  std::getline(file, first);
  EXPECT_EQ(first, "Preprocess 0x1");
}

// Label maps are not copied for whoever asks for nothing else; whoever keeps the value gets copies.
// What is written to one is seen in no other, and each is freed once.
TEST(CppApi, LabelMapsAreTheirHoldersAlone) {
  const Model model("mmdeploy/task/segmentor/golden/model");
  const mmdeploy::Segmentor segmentor(model, Device("cpu"));
  std::vector<uint8_t> pixels(24 * 32 * 3);
  for (size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<uint8_t>(i * 86);
  const Mat image(24, 32, 3, MMDEPLOY_PIXEL_FORMAT_BGR, MMDEPLOY_DATA_TYPE_UINT8, pixels.data());
  const auto labels = [](const mmdeploy_segmentation_t& result) {
    return std::vector<int>(result.mask, result.mask + 24 * 32);
  };

  const auto first = segmentor.Apply(image);
  const std::vector<int> expected = labels(first[0]);
  std::fill_n(first[0].mask, 24 * 32, -1);
  const std::vector<Mat> images(3, image);
  const auto more = segmentor.Apply(images);
  EXPECT_EQ(labels(more[0][0]), expected);
  EXPECT_NE(more[0][0].mask, more[1][0].mask);

  mmdeploy_segmentor_t handle = nullptr;
  ASSERT_EQ(
      mmdeploy_segmentor_create_by_path("mmdeploy/task/segmentor/golden/model", "cpu", 0, &handle),
      MMDEPLOY_SUCCESS);
  const mmdeploy_mat_t& mat = image.desc();
  mmdeploy_value_t input = nullptr, output = nullptr;
  ASSERT_EQ(mmdeploy_segmentor_create_input(&mat, 1, &input), MMDEPLOY_SUCCESS);
  ASSERT_EQ(mmdeploy_segmentor_apply_v2(handle, input, &output), MMDEPLOY_SUCCESS);
  mmdeploy_segmentation_t *one = nullptr, *other = nullptr;
  ASSERT_EQ(mmdeploy_segmentor_get_result(output, &one), MMDEPLOY_SUCCESS);
  std::fill_n(one->mask, 24 * 32, -1);
  ASSERT_EQ(mmdeploy_segmentor_get_result(output, &other), MMDEPLOY_SUCCESS);
  mmdeploy_value_destroy(output);
  mmdeploy_value_destroy(input);
  mmdeploy_segmentor_destroy(handle);
  EXPECT_EQ(labels(*other), expected);
  mmdeploy_segmentor_release_result(one, 1);
  mmdeploy_segmentor_release_result(other, 1);
}

}  // namespace
