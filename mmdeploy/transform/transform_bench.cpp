// Preprocessing of whole pipelines, without a network: the fused pass, the plain steps, and the
// same calls to OpenCV written by hand. The ratio of the first to the last is printed.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <opencv2/imgproc.hpp>

#include "mmdeploy/transform/testing.h"

namespace mmdeploy {
namespace {

struct Case {
  std::string name;
  std::string json;
  int height, width;
  bool crop;  // resize the short side to `size`, cut out 224; else letterbox to `size`
  int size;
};

std::string Chain(const std::string& geometry) {
  return R"([{"type":"LoadImageFromFile"},)" + geometry +
         R"(,{"type":"Normalize","mean":[123.675,116.28,103.53],"std":[58.395,57.12,57.375]},
             {"type":"ImageToTensor","keys":["img"]},{"type":"Collect","keys":["img"]}])";
}

std::vector<Case> Cases() {
  std::vector<Case> cases;
  for (const std::string backend : {"cv2", "pillow"}) {
    const std::string end = R"(,"backend":")" + backend + R"("})";
    const auto letter = [&](int size) {
      return Chain(
          fmt::format(R"({{"type":"LetterResize","scale":[{0},{0}],"pad_val":114{1})", size, end));
    };
    cases.push_back({"classifier 1080p->224 " + backend,
                     Chain(R"({"type":"Resize","size":[256,-1])" + end +
                           R"(,{"type":"CenterCrop","crop_size":224})"),
                     1080, 1920, true, 256});
    cases.push_back({"detector 1080p->640 " + backend, letter(640), 1080, 1920, false, 640});
    cases.push_back({"detector 1080p->608 " + backend, letter(608), 1080, 1920, false, 608});
    cases.push_back({"detector 720p->640 " + backend, letter(640), 720, 1280, false, 640});
  }
  return cases;
}

// What one would write with OpenCV, always with its bilinear resize.
void RunOpenCv(const Case& c, const cv::Mat& picture, std::vector<float>* out) {
  const double scale = c.crop ? static_cast<double>(c.size) / std::min(c.height, c.width)
                              : static_cast<double>(c.size) / std::max(c.height, c.width);
  cv::Mat scaled;
  cv::resize(picture, scaled,
             cv::Size(static_cast<int>(c.width * scale), static_cast<int>(c.height * scale)));
  if (c.crop) {
    scaled = scaled(cv::Rect((scaled.cols - 224) / 2, (scaled.rows - 224) / 2, 224, 224));
  } else {
    cv::copyMakeBorder(scaled, scaled, 0, c.size - scaled.rows, 0, c.size - scaled.cols,
                       cv::BORDER_CONSTANT, cv::Scalar::all(114));
  }
  cv::Mat rgb, normalized;
  cv::cvtColor(scaled, rgb, cv::COLOR_BGR2RGB);
  rgb.convertTo(normalized, CV_32F);
  cv::subtract(normalized, cv::Scalar(123.675, 116.28, 103.53), normalized);
  cv::multiply(normalized, cv::Scalar(1 / 58.395, 1 / 57.12, 1 / 57.375), normalized);
  out->resize(static_cast<size_t>(rgb.rows) * rgb.cols * 3);
  std::vector<cv::Mat> planes;
  for (int p = 0; p < 3; ++p) {
    planes.emplace_back(rgb.rows, rgb.cols, CV_32F, out->data() + p * rgb.rows * rgb.cols);
  }
  cv::split(normalized, planes);
}

void RunOurs(const Transform& transform, const Image& image) {
  Sample sample;
  sample.ori_img = image;
  if (auto result = transform.Run(sample, {}); !result) {
    std::fprintf(stderr, "%s\n", result.error().message().c_str());
  }
  benchmark::DoNotOptimize(sample.img.raw());
}

// Shortest time of one call in milliseconds: what else runs on the machine only adds to it.
template <class F>
double Shortest(int repeats, const F& call) {
  double best = 1e9;
  for (int i = 0; i < repeats; ++i) {
    const auto start = std::chrono::steady_clock::now();
    call();
    const std::chrono::duration<double, std::milli> time = std::chrono::steady_clock::now() - start;
    best = std::min(best, time.count());
  }
  return best;
}

void PrintRatios() {
  std::printf("%-30s %10s %10s %10s %8s\n", "shortest time, one thread", "fused ms", "plain ms",
              "OpenCV ms", "ratio");
  for (const Case& c : Cases()) {
    const Image image = testing::MakeImage(PixelFormat::kBgr, c.height, c.width);
    const cv::Mat picture(c.height, c.width, CV_8UC3, const_cast<uint8_t*>(image.data));
    const auto fused = testing::Compile(c.json, true);
    const auto plain = testing::Compile(c.json, false);
    std::vector<float> out;
    const double fused_ms = Shortest(200, [&] { RunOurs(**fused, image); });
    const double plain_ms = Shortest(10, [&] { RunOurs(**plain, image); });
    const double cv_ms = Shortest(30, [&] { RunOpenCv(c, picture, &out); });
    std::printf("%-30s %10.3f %10.3f %10.3f %8.2f\n", c.name.c_str(), fused_ms, plain_ms, cv_ms,
                fused_ms / cv_ms);
  }
}

void RegisterCases() {
  for (const Case& c : Cases()) {
    benchmark::RegisterBenchmark(("fused " + c.name).c_str(), [c](benchmark::State& state) {
      const Image image = testing::MakeImage(PixelFormat::kBgr, c.height, c.width);
      const auto transform = testing::Compile(c.json);
      for (auto _ : state) RunOurs(**transform, image);
    });
  }
}

}  // namespace
}  // namespace mmdeploy

int main(int argc, char** argv) {
  cv::setNumThreads(1);
  mmdeploy::PrintRatios();
  mmdeploy::RegisterCases();
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
