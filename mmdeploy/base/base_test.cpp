#include <gmock/gmock.h>

#include <atomic>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <thread>

#include "mmdeploy/base/device_memory.h"
#include "mmdeploy/base/file.h"
#include "mmdeploy/base/image.h"
#include "mmdeploy/base/log.h"
#include "mmdeploy/base/parallel.h"
#include "mmdeploy/base/suggest.h"
#include "mmdeploy/base/tensor.h"

namespace mmdeploy {
namespace {

using ::testing::HasSubstr;

TEST(Device, ParsesNamesAndRefusesOthers) {
  EXPECT_EQ(Name(*Device::Parse("cpu")), "cpu");
  EXPECT_EQ(Name(*Device::Parse("cuda", 1)), "cuda:1");
  EXPECT_EQ(Name(*Device::Parse("cuda:2")), "cuda:2");
  const auto message = [](auto name, int id) { return Device::Parse(name, id).error().message(); };
  EXPECT_EQ(message("gpu", 0), "unknown device 'gpu', allowed: 'cpu', 'cuda', 'cuda:<index>'");
  EXPECT_THAT(message("cuda:x", 0), HasSubstr("no number behind the colon"));
  EXPECT_THAT(message("cuda:1", 2), HasSubstr("contradict each other"));
  EXPECT_THAT(message("cpu", 3), HasSubstr("has only index 0, found 3"));
  EXPECT_THAT(message("cuda", -1), HasSubstr("device id is -1"));
}

TEST(Shape, CountsElementsWithoutOverflow) {
  EXPECT_EQ(Shape({2, 3, 4}).num_elements(), 24);
  EXPECT_EQ(Shape().num_elements(), 1);
  EXPECT_EQ(Shape({int64_t{1} << 40, int64_t{1} << 40}).num_elements(), std::nullopt);
  EXPECT_EQ(Shape({-1, 3}).num_elements(), std::nullopt);
  EXPECT_EQ(Name(Shape{1, -1, 3}), "1x?x3");
}

TEST(Tensor, RefusesImpossibleShapes) {
  EXPECT_THAT(Tensor::Allocate(DataType::kFloat32, {-1, 2}).error().message(),
              HasSubstr("?x2 has no valid size"));
  EXPECT_EQ(Tensor::Allocate(DataType::kFloat32, {int64_t{1} << 50}).error().code(),
            Code::kOutOfMemory);
}

TEST(DeviceMemory, HostMemoryIsBuiltIn) {
  const auto host = FindDeviceMemory({});
  ASSERT_TRUE(host) << host.error().message();
  EXPECT_EQ((*host)->type(), DeviceType::kCpu);
  const auto buffer = (*host)->Allocate({}, 3);
  ASSERT_TRUE(CopyBytes({}, buffer->get(), {}, "abc", 3));
  EXPECT_EQ(std::string(static_cast<const char*>(buffer->get()), 3), "abc");
  EXPECT_TRUE(Synchronize({}));
  const Tensor tensor = *Tensor::Allocate(DataType::kUint8, {4}, Device());
  EXPECT_EQ(ToDevice(tensor, {})->raw(), tensor.raw());
}

TEST(DeviceMemory, ADeviceThatNobodyBroughtIsRefusedByName) {
  const Device device{DeviceType::kCuda, 1};
  const std::string unknown = "nothing here knows the memory of device 'cuda:1'";
  const Tensor tensor = *Tensor::Allocate(DataType::kUint8, {4});
  EXPECT_THAT(ToDevice(tensor, device).error().message(), HasSubstr(unknown));
  EXPECT_EQ(ToDevice(tensor, device).error().code(), Code::kNotSupported);
  EXPECT_THAT(Synchronize(device).error().message(), HasSubstr(unknown));
  uint8_t pixel = 0;
  Image image;
  image.data = &pixel;
  image.height = image.width = 1;
  image.format = PixelFormat::kGray;
  image.device = device;
  EXPECT_THAT(ToDevice(image, {}).error().message(),
              HasSubstr("cannot copy 1 bytes from cuda:1 to cpu: " + unknown));
}

TEST(BufferPool, GivesTheSameMemoryAgain) {
  BufferPool pool;
  void* first = pool.Acquire(1000)->get();
  EXPECT_EQ(pool.Acquire(900)->get(), first);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(first) % BufferPool::kAlignment, 0u);
}

TEST(BufferPool, BuffersMayOutliveThePool) {
  std::shared_ptr<void> buffer;
  {
    BufferPool pool;
    buffer = *pool.Acquire(64);
  }
  static_cast<char*>(buffer.get())[63] = 1;
}

TEST(Suggest, FindsTheNearestName) {
  EXPECT_EQ(EditDistance("resize", "Resize"), 0);
  EXPECT_EQ(EditDistance("reszie", "resize"), 1);
  const std::vector<std::string> names = {"mean", "std", "to_rgb"};
  EXPECT_EQ(NearestMatch("maen", names), "mean");
  EXPECT_EQ(NearestMatch("crop_size", names), std::nullopt);
  EXPECT_EQ(ListAllowed("x", {}), "nothing");
}

TEST(File, WritesAllOrNothing) {
  const auto folder = std::filesystem::temp_directory_path();
  const auto path = (folder / "mmdeploy_file_test.txt").string();
  ASSERT_TRUE(WriteFile(path, "content"));
  EXPECT_EQ(AsText(*ReadFile(path)), "content");
  EXPECT_THAT(ReadFile(path, 3).error().message(), HasSubstr("has 7 bytes, allowed: up to 3"));
  std::filesystem::remove(path);
  EXPECT_EQ(ReadFile(path).error().code(), Code::kFileNotExist);
  EXPECT_THAT(ReadFile(folder.string()).error().message(), HasSubstr("is not a regular file"));
  EXPECT_THAT(WriteFile((folder / "missing" / "x").string(), "").error().message(),
              HasSubstr("cannot write"));
}

TEST(File, KeepsNamesInsideTheirFolder) {
  for (const char* good : {"a", "a/b.txt", "golden/golden.json", "..a"}) {
    EXPECT_TRUE(IsContained(good)) << good;
  }
  for (const char* bad : {"", "/etc/passwd", "../a", "a/../../b", "a\\b", "a//../.."}) {
    EXPECT_FALSE(IsContained(bad)) << bad;
  }
}

TEST(Image, ChecksEveryField) {
  uint8_t pixel[12] = {};
  Image good;
  good.data = pixel;
  good.height = good.width = 2;
  EXPECT_TRUE(Check(good));
  const auto message = [&](auto change) {
    Image image = good;
    change(image);
    const auto checked = Check(image);
    return checked ? std::string("accepted") : checked.error().message();
  };
  EXPECT_THAT(message([](Image& i) { i.data = nullptr; }), HasSubstr("no data"));
  EXPECT_THAT(message([](Image& i) { i.width = 0; }), HasSubstr("image is empty"));
  EXPECT_THAT(message([](Image& i) { i.height = -5; }), HasSubstr("height -5"));
  EXPECT_THAT(message([](Image& i) { i.width = 1 << 20; }), HasSubstr("image is too large"));
  EXPECT_THAT(message([](Image& i) { i.format = static_cast<PixelFormat>(9); }),
              HasSubstr("pixel format 9, allowed: 0 (BGR)"));
  EXPECT_THAT(message([](Image& i) { i.dtype = DataType::kFloat16; }),
              HasSubstr("element type float16, allowed: uint8, float32"));
  EXPECT_THAT(message([](Image& i) { i.row_stride = 3; }), HasSubstr("row stride of 3 bytes"));
  EXPECT_THAT(message([](Image& i) {
                i.format = PixelFormat::kNv12;
                i.width = 1;
              }),
              HasSubstr("both sides must be even"));
}

TEST(Log, GoesToTheSink) {
  std::vector<std::string> lines;
  SetLogSink([&](LogLevel, std::string_view message) { lines.emplace_back(message); });
  SetLogLevel(LogLevel::kInfo);
  Log(LogLevel::kDebug, "hidden");
  Log(LogLevel::kInfo, "shown {}", 1);
  SetLogSink({});
  SetLogLevel(LogLevel::kWarning);
  EXPECT_EQ(lines, std::vector<std::string>{"shown 1"});
}

TEST(ParallelFor, RunsEachIndexOnceAlsoNested) {
  std::vector<std::atomic<int>> counts(100);
  ParallelFor(10, 0, [&](int64_t i) {
    ParallelFor(10, 0, [&](int64_t k) { ++counts[static_cast<size_t>(i * 10 + k)]; });
  });
  for (const auto& count : counts) EXPECT_EQ(count, 1);
}

TEST(ParallelFor, OneThreadIsTheCallers) {
  const auto caller = std::this_thread::get_id();
  ParallelFor(5, 1, [&](int64_t) { EXPECT_EQ(std::this_thread::get_id(), caller); });
}

TEST(ParallelFor, ThrowsWhatABodyThrows) {
  for (const int threads : {0, 1, 3}) {
    for (const int64_t thrower : {0, 57, 99}) {
      const auto body = [&](int64_t i) {
        if (i >= thrower) throw std::out_of_range("body");
      };
      EXPECT_THROW(ParallelFor(100, threads, body), std::out_of_range);
    }
  }
  const auto inner = [](int64_t i) {
    if (i == 3) throw std::out_of_range("inner");
  };
  EXPECT_THROW(ParallelFor(8, 4, [&](int64_t) { ParallelFor(8, 4, inner); }), std::out_of_range);
}

}  // namespace
}  // namespace mmdeploy
