#pragma once

#include <array>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

#include "mmdeploy/base/span.h"
#include "mmdeploy/module/module.h"
#include "mmdeploy/module/value.h"

// Pictures of results. Each task has a draw.cpp with `void <task>_draw(...)`.

namespace mmdeploy {

// Names and colours of labels, which the converter notes in detail.json; both may be empty.
struct Style {
  std::vector<std::string> names;
  std::vector<std::array<uint8_t, 3>> palette;  // RGB
  // What a later step of a pipeline says of each result of a list; stands beside it in the picture.
  std::vector<std::string> captions = {};
  // Objects of detectors, and key points, with a lower score would hide the others: they are
  // counted instead of drawn.
  float min_score = 0.3F;

  // The label's colour in BGR: that of the palette, else one of a fixed series.
  cv::Scalar Colour(int label) const;
  // The caption of a result, "" if nothing is said of it.
  std::string CaptionOf(size_t index) const;
};

// An image that results are drawn into, enlarged if it is tiny: coordinates of the image times
// `scale`.
struct Canvas {
  cv::Mat picture;  // BGR
  int scale = 1;
  // Stand in a strip below the picture.
  std::vector<std::string> lines = {};
  // Texts that OpenCV's font cannot show. In the picture each has its number, counted from 1,
  // before what the font has of it: "[1] M?ller".
  std::vector<std::string> legend = {};
  // What was not drawn because of its score.
  int hidden_objects = 0, hidden_points = 0;

  explicit Canvas(const cv::Mat& image);  // gray or BGR
  cv::Point At(float x, float y) const;
  // Text on a filled strip, whose bottom left corner is at (x, y) of the image, inside the picture.
  void Label(float x, float y, const std::string& text, const cv::Scalar& colour);
  // Draws the strip of `lines`.
  void Finish();

 private:
  // The text in what OpenCV's font has; any other one gets an entry of the legend.
  std::string Shown(const std::string& text);
};

// A picture of results, and its legend: texts by the numbers that the picture has for them, from 1.
struct Picture {
  cv::Mat pixels;  // BGR
  std::vector<std::string> legend;
  int hidden_objects = 0, hidden_points = 0;  // not drawn: their scores are below Style::min_score
};

// The results of one image, one value per output of the pipeline, drawn into it, whichever have
// places in it. Where the results of one output have boxes, quads or points, what other outputs say
// of them, result by result, is written beside them. What has no place is written below the
// picture. `types` are those of the outputs.
Picture Draw(const cv::Mat& image, Span<const Value> outputs, Span<const EdgeType> types,
             Style style);

}  // namespace mmdeploy
