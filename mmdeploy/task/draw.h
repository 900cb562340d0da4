#pragma once

#include <array>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

#include "mmdeploy/base/span.h"
#include "mmdeploy/module/value.h"

// Pictures of results. Each task has a draw.cpp with `cv::Mat <task>_draw(...)`.

namespace mmdeploy {

// Names and colours of labels, which the converter notes in detail.json; both may be empty.
struct Style {
  std::vector<std::string> names;
  std::vector<std::array<uint8_t, 3>> palette;  // RGB
  // What a later step of a pipeline says of each result of a list; stands beside it in the picture.
  std::vector<std::string> captions = {};

  // The label's colour in BGR: that of the palette, else one of a fixed series.
  cv::Scalar Colour(int label) const;
};

// An image that a result is drawn into, enlarged if it is tiny: coordinates of the image times
// `scale`.
struct Canvas {
  cv::Mat picture;  // BGR
  int scale = 1;

  explicit Canvas(const cv::Mat& image);  // gray or BGR
  cv::Point At(float x, float y) const;
  // Text on a filled strip, whose bottom left corner is at (x, y) of the image, inside the picture.
  void Label(float x, float y, const std::string& text, const cv::Scalar& colour);
};

// The text in what OpenCV's font has: a question mark for each other symbol.
std::string AsciiText(const std::string& text);

// The picture with a strip of text lines below it.
cv::Mat WithCaption(const cv::Mat& picture, const std::vector<std::string>& lines);

// The results of one image, a record or a list of them, drawn into it. Results that no task draws
// are written below it.
cv::Mat Draw(const cv::Mat& image, const Value& results, const Style& style);

// The same for a pipeline with several outputs: where one of them holds boxes or quads, the others
// are written beside them, result by result; else the first is drawn.
cv::Mat DrawAll(const cv::Mat& image, Span<const Value> outputs, Style style);

}  // namespace mmdeploy
