#pragma once

#include <array>
#include <opencv2/core.hpp>
#include <optional>
#include <vector>

#include "mmdeploy/codebase/head.h"
#include "mmdeploy/task/text_detector/result.h"

// What the heads of text detectors share.
namespace mmdeploy::mmocr {

// Where answers lie in the image.
struct MapScale {
  bool rescale = true;          // to the image that was given; else they stay pixels of the map
  double downsample_ratio = 1;  // size of the map / size of the network's input
};

// Parameters of a head, which mmocr keeps in `postprocessor` since 0.5 and beside each other
// before. `read` is called with a reader of each; what is inside wins.
template <class Read>
Result<void> ReadParams(JsonReader& params, const ModuleEnv& env, const Read& read) {
  read(params);
  params.Describe("postprocessor", "object: the same keys", "{}");
  const Json* inner = params.Find("postprocessor");
  MMDEPLOY_TRYV(params.Finish());
  if (!inner || inner->is_null()) return {};
  JsonReader reader(*inner, params.path() / "postprocessor", env.notes);
  reader.AcceptAnyKey();
  read(reader);
  return reader.Finish();
}

void ReadScale(JsonReader& params, MapScale* scale);

// The maps that a network has made of one image: [1,C,H,W], or [1,H,W] where that is allowed.
struct Maps {
  const float* data = nullptr;
  int channels = 1, height = 0, width = 0;

  cv::Mat channel(int index) const;
};

// Errors: kFail for another shape, fewer dimensions or channels than these. RequireMaps refuses
// NaN, too; of FindMaps the head does.
Result<Maps> RequireMaps(const NamedTensors& tensors, size_t min_rank, int min_channels);
Result<Maps> FindMaps(const NamedTensors& tensors, size_t min_rank, int min_channels);

// The four corners of the smallest rectangle around points, in pixels of the map.
// `min_width`: rectangles whose shorter side is not longer have none.
std::optional<std::array<cv::Point2f, 4>> RectangleAround(const std::vector<cv::Point>& points,
                                                          double min_width);

// A text whose rectangle is known in the map. Errors: kFail for a score that is no probability.
Result<TextDetection> ToText(const std::array<cv::Point2f, 4>& corners, double score,
                             const ImageMeta& meta, const MapScale& scale);

}  // namespace mmdeploy::mmocr
