#include "mmdeploy/transform/pixels/opencv.h"

#include <gmock/gmock.h>

#include <atomic>
#include <opencv2/core/utility.hpp>
#include <stdexcept>
#include <thread>
#include <vector>

namespace mmdeploy {
namespace {

// A while that compilers do not shorten.
void Work(int steps) {
  volatile double sum = 0;
  for (int i = 0; i < steps; ++i) sum = sum + i;
}

// What a function of OpenCV does that shares its work out. Answers into how many parts.
int SharedOut() {
  std::atomic<int> parts{0};
  cv::parallel_for_(cv::Range(0, 16), [&](const cv::Range&) {
    ++parts;
    Work(500);
  });
  return parts;
}

// OpenCV remembers in one flag of the process that a call is nested: callers that end must not take
// it from those that are still in there.
TEST(CallOpenCv, StaysOnItsThreadBesideOtherCallers) {
  std::atomic<int> shared_out{0}, failed{0};
  std::vector<std::thread> callers;
  for (int caller = 0; caller < 8; ++caller) {
    callers.emplace_back([&, caller] {
      for (int i = 0; i < 400; ++i) {
        const auto called = CallOpenCv("cv::resize", kAnyPixels, [&] {
          Work(3000 + (i * 7 + caller) % 5 * 1000);
          shared_out += SharedOut() > 1;
          if (i % 50 == 7) throw std::runtime_error("no");
        });
        failed += !called;
        Work(10000);
      }
    });
  }
  for (auto& caller : callers) caller.join();
  EXPECT_EQ(shared_out, 0);
  EXPECT_EQ(failed, 8 * 8);
  // What the program does itself is shared out as before.
  if (cv::getNumThreads() > 1) {
    EXPECT_GT(SharedOut(), 1);
  }
}

TEST(CallOpenCv, SaysWhatFailed) {
  for (const int64_t pixels : {kNoPixels, kAnyPixels}) {
    const auto called = CallOpenCv("cv::resize", pixels, [] { throw std::runtime_error("no"); });
    ASSERT_FALSE(called);
    EXPECT_EQ(called.error().message(), "cv::resize: no");
    EXPECT_EQ(CallOpenCv("cv::resize", pixels, [] { throw 1; }).error().message(),
              "cv::resize: unknown exception");
  }
}

}  // namespace
}  // namespace mmdeploy
