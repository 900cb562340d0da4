// A program that runs for months: memory stays flat over calls and over handles.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdint>
#include <fstream>
#include <vector>

#include "mmdeploy/classifier.hpp"

namespace {

using mmdeploy::Classifier;
using mmdeploy::Device;
using mmdeploy::Mat;
using mmdeploy::Model;

constexpr char kModel[] = "mmdeploy/task/classifier/golden/model";
constexpr int64_t kMegabyte = int64_t{1} << 20;

// Bytes of this process that lie in memory.
int64_t ResidentBytes() {
  int64_t total = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> total >> resident;
  return resident * sysconf(_SC_PAGESIZE);
}

class Memory : public testing::Test {
 protected:
  void SetUp() override {
#ifdef __SANITIZE_ADDRESS__
    GTEST_SKIP() << "the address sanitizer keeps freed memory";
#elif defined(__SANITIZE_THREAD__)
    GTEST_SKIP() << "the thread sanitizer keeps a shadow of memory";
#endif
  }

  std::vector<uint8_t> pixels_ = std::vector<uint8_t>(32 * 32 * 3, 7);
  Mat image_{32, 32, 3, MMDEPLOY_PIXEL_FORMAT_BGR, MMDEPLOY_DATA_TYPE_UINT8, pixels_.data()};
};

TEST_F(Memory, IsFlatOverCalls) {
  const Classifier classifier(Model(kModel), Device("cpu"));
  for (int i = 0; i < 1000; ++i) classifier.Apply(image_);
  const int64_t before = ResidentBytes();
  for (int i = 0; i < 100000; ++i) classifier.Apply(image_);
  EXPECT_LE(ResidentBytes() - before, kMegabyte);
}

TEST_F(Memory, IsFlatOverHandles) {
  for (int i = 0; i < 50; ++i) Classifier(Model(kModel), Device("cpu")).Apply(image_);
  const int64_t before = ResidentBytes();
  for (int i = 0; i < 1000; ++i) Classifier(Model(kModel), Device("cpu")).Apply(image_);
  EXPECT_LE(ResidentBytes() - before, kMegabyte);
}

}  // namespace
