#include "mmdeploy/codebase/mmocr/head/regions.h"

#include <cmath>
#include <opencv2/imgproc.hpp>

#include "mmdeploy/transform/pixels/opencv.h"

namespace mmdeploy::mmocr {

void ReadRegionArgs(JsonReader& params, RegionArgs* args) {
  ReadScale(params, &args->scale);
  params.Read("min_kernel_confidence", &args->min_kernel_confidence);
  params.Read("min_text_avg_confidence", &args->min_text_avg_confidence);
  params.Read("min_text_area", &args->min_text_area, 0, 1 << 30);
  params.Ignore({"text_repr_type"});
}

cv::Mat Sigmoid(const cv::Mat& logits) {
  cv::Mat probabilities(logits.size(), CV_32F);
  const float* from = logits.ptr<float>();
  float* to = probabilities.ptr<float>();
  for (size_t i = 0; i < logits.total(); ++i) to[i] = 1 / (1 + std::exp(-from[i]));
  return probabilities;
}

cv::Mat Above(const cv::Mat& probabilities, float threshold) {
  cv::Mat mask(probabilities.size(), CV_8U);
  const float* from = probabilities.ptr<float>();
  for (size_t i = 0; i < mask.total(); ++i) mask.data[i] = from[i] > threshold;
  return mask;
}

Result<Regions> FindKernels(const cv::Mat& mask) {
  Regions regions;
  MMDEPLOY_TRYV(CallOpenCv("cv::connectedComponents", kAnyPixels, [&] {
    regions.count = cv::connectedComponents(mask, regions.labels, 4, CV_32S) - 1;
  }));
  return regions;
}

void Grow(const cv::Mat& mask, bool columns_first,
          const std::function<bool(int, int64_t)>& may_take, Regions* regions) {
  const int64_t width = mask.cols, height = mask.rows;
  int* labels = regions->labels.ptr<int>();
  std::vector<int64_t> queue;
  for (int64_t i = 0; i < width * height; ++i) {
    if (labels[i] > 0) queue.push_back(i);
  }
  const auto take = [&](bool is_inside, int64_t from, int64_t to) {
    if (!is_inside || mask.data[to] == 0 || labels[to] > 0 || !may_take(labels[from], to)) return;
    labels[to] = labels[from];
    queue.push_back(to);
  };
  for (size_t next = 0; next < queue.size(); ++next) {
    const int64_t pixel = queue[next];
    const int64_t x = pixel % width, y = pixel / width;
    for (const bool columns : {columns_first, !columns_first}) {
      take(columns ? x > 0 : y > 0, pixel, pixel - (columns ? 1 : width));
      take(columns ? x + 1 < width : y + 1 < height, pixel, pixel + (columns ? 1 : width));
    }
  }
}

namespace {

// What is noted of a region while its pixels are read row by row.
template <class T>
struct Outline {
  std::vector<cv::Point>
      ends;  // the first and the last pixel of each row: its hull is the region's
  T sum = 0;
  int area = 0;

  void Add(int x, int y, float score) {
    sum += score;
    ++area;
    const size_t size = ends.size();
    if (size >= 2 && ends[size - 1].y == y) {
      ends[size - 1].x = x;
    } else {
      ends.insert(ends.end(), 2, {x, y});
    }
  }
};

}  // namespace

template <class T>
Result<Value::List> ToTexts(const Regions& regions, const cv::Mat& scores, const RegionArgs& args,
                            const ImageMeta& meta) {
  std::vector<Outline<T>> outlines(static_cast<size_t>(regions.count) + 1);
  for (int y = 0; y < scores.rows; ++y) {
    const int* labels = regions.labels.ptr<int>(y);
    const float* row = scores.ptr<float>(y);
    for (int x = 0; x < scores.cols; ++x) {
      if (labels[x] > 0) outlines[static_cast<size_t>(labels[x])].Add(x, y, row[x]);
    }
  }
  Value::List texts;
  for (const Outline<T>& outline : outlines) {
    const auto confidence = static_cast<float>(outline.sum / static_cast<T>(outline.area));
    const bool valid = outline.area > 0 && outline.area >= args.min_text_area &&
                       confidence > args.min_text_avg_confidence;
    if (!valid) continue;
    const auto corners = RectangleAround(outline.ends, -1);
    if (!corners) continue;
    MMDEPLOY_TRY(auto text, ToText(*corners, confidence, meta, args.scale));
    texts.emplace_back(std::move(text));
  }
  return texts;
}

template Result<Value::List> ToTexts<float>(const Regions&, const cv::Mat&, const RegionArgs&,
                                            const ImageMeta&);
template Result<Value::List> ToTexts<double>(const Regions&, const cv::Mat&, const RegionArgs&,
                                             const ImageMeta&);

}  // namespace mmdeploy::mmocr
