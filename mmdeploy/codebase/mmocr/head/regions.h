#pragma once

#include <functional>
#include <opencv2/core.hpp>
#include <vector>

#include "mmdeploy/codebase/mmocr/head/text_maps.h"

// Texts as regions that grow from kernels: what PANHead and PSEHead share.
namespace mmdeploy::mmocr {

struct RegionArgs {
  MapScale scale{true, 0.25};
  float min_kernel_confidence = 0.5F;
  double min_text_avg_confidence = 0.85;
  int min_text_area = 16;  // pixels of the map
};

// Reads what both have.
void ReadRegionArgs(JsonReader& params, RegionArgs* args);

// 1 / (1 + exp(-x)) of each element of a float32 map.
cv::Mat Sigmoid(const cv::Mat& logits);

// 1 where a probability is above the threshold.
cv::Mat Above(const cv::Mat& probabilities, float threshold);

// Regions as labels from 1 on [H,W] int32; 0 is no text.
struct Regions {
  cv::Mat labels;
  int count = 0;
};

// The kernels: what is connected in a mask by sides of pixels.
Result<Regions> FindKernels(const cv::Mat& mask);

// Lets all regions grow at the same pace, pixel by pixel, over the pixels of `mask` that `may_take`
// (region, pixel index) allows; what one has taken stays its own. Of two that reach a pixel at the
// same step the first one in the queue has it: `columns_first` says whether neighbours to the left
// and right are queued before those above and below.
void Grow(const cv::Mat& mask, bool columns_first,
          const std::function<bool(int, int64_t)>& may_take, Regions* regions);

// The regions as texts: those that are large and sure enough, with the mean of `scores` as score.
// T is the type that mmocr sums in.
template <class T>
Result<Value::List> ToTexts(const Regions& regions, const cv::Mat& scores, const RegionArgs& args,
                            const ImageMeta& meta);

}  // namespace mmdeploy::mmocr
