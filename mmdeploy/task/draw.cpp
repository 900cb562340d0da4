#include "mmdeploy/task/draw.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "mmdeploy/task/text.h"

namespace mmdeploy {

#define MMDEPLOY_TASK(folder)               \
  const ResultType& folder##_result_type(); \
  cv::Mat folder##_draw(const cv::Mat& image, const Value& results, const Style& style);
#include "mmdeploy/task/task_list.inc"
#undef MMDEPLOY_TASK

namespace {

constexpr int kMinWidth = 320;
constexpr double kFont = 0.5;
constexpr int kFace = cv::FONT_HERSHEY_SIMPLEX;

struct Drawing {
  const ResultType* type;
  cv::Mat (*draw)(const cv::Mat& image, const Value& results, const Style& style);
};

const std::vector<Drawing>& Drawings() {
  static const auto* drawings = new std::vector<Drawing>{
#define MMDEPLOY_TASK(folder) {&folder##_result_type(), folder##_draw},
#include "mmdeploy/task/task_list.inc"
#undef MMDEPLOY_TASK
  };
  return *drawings;
}

// The type of a record, or of all records of a list; nullptr if there is none.
const ResultType* TypeIn(const Value& results) {
  if (results.is_record()) return results.record().type;
  if (!results.is_list() || results.list().empty()) return nullptr;
  const ResultType* type = TypeIn(results.list()[0]);
  const bool same = std::all_of(
      results.list().begin(), results.list().end(),
      [&](const Value& item) { return item.is_record() && item.record().type == type; });
  return same ? type : nullptr;
}

}  // namespace

cv::Scalar Style::Colour(int label) const {
  const auto index = static_cast<size_t>(std::max(label, 0));
  if (index < palette.size()) {
    return cv::Scalar(palette[index][2], palette[index][1], palette[index][0]);
  }
  // Neighbouring labels differ most when hues are the golden ratio apart.
  const double hue = std::fmod(0.11 + 0.61803398875 * static_cast<double>(index), 1.0);
  const auto channel = [&](double shift) {
    const double distance = std::abs(std::fmod(hue + shift, 1.0) * 6 - 3);
    return 255 * (0.25 + 0.75 * std::clamp(distance - 1, 0.0, 1.0));
  };
  return cv::Scalar(channel(1.0 / 3), channel(2.0 / 3), channel(0));
}

Canvas::Canvas(const cv::Mat& image) {
  if (image.channels() == 1) {
    cv::cvtColor(image, picture, cv::COLOR_GRAY2BGR);
  } else {
    picture = image.clone();
  }
  if (picture.cols < kMinWidth) {
    scale = (kMinWidth + picture.cols - 1) / picture.cols;
    cv::resize(picture, picture, {}, scale, scale, cv::INTER_NEAREST);
  }
}

cv::Point Canvas::At(float x, float y) const {
  // Far enough for any picture, near enough for OpenCV's fixed-point lines.
  const auto clip = [](float value) { return static_cast<int>(std::clamp(value, -1e5f, 1e5f)); };
  const auto factor = static_cast<float>(scale);
  return {clip(std::round(x * factor)), clip(std::round(y * factor))};
}

void Canvas::Label(float x, float y, const std::string& text, const cv::Scalar& colour) {
  int baseline = 0;
  const cv::Size size = cv::getTextSize(text, kFace, kFont, 1, &baseline);
  const cv::Size strip(size.width + 6, size.height + baseline + 4);
  cv::Point corner = At(x, y) - cv::Point(0, strip.height);
  corner.x = std::clamp(corner.x, 0, std::max(0, picture.cols - strip.width));
  corner.y = std::clamp(corner.y, 0, std::max(0, picture.rows - strip.height));
  cv::rectangle(picture, cv::Rect(corner, strip), colour, cv::FILLED);
  const bool bright = 0.114 * colour[0] + 0.587 * colour[1] + 0.299 * colour[2] > 140;
  cv::putText(picture, text, corner + cv::Point(3, size.height + 2), kFace, kFont,
              bright ? cv::Scalar(0, 0, 0) : cv::Scalar(255, 255, 255), 1, cv::LINE_AA);
}

std::string AsciiText(const std::string& text) {
  std::string shown;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0) == 0x80) continue;  // the rest of a symbol of several bytes
    shown += byte >= 0x20 && byte < 0x7F ? c : '?';
  }
  return shown;
}

cv::Mat WithCaption(const cv::Mat& picture, const std::vector<std::string>& lines) {
  constexpr int kLine = 22, kMargin = 8;
  cv::Mat out;
  const int strip = kLine * static_cast<int>(lines.size()) + 2 * kMargin;
  cv::copyMakeBorder(picture, out, 0, strip, 0, 0, cv::BORDER_CONSTANT, {32, 32, 32});
  int y = picture.rows + kMargin + kLine - 7;
  for (const auto& line : lines) {
    cv::putText(out, line, {kMargin, y}, kFace, kFont, {255, 255, 255}, 1, cv::LINE_AA);
    y += kLine;
  }
  return out;
}

cv::Mat Draw(const cv::Mat& image, const Value& results, const Style& style) {
  const ResultType* type = TypeIn(results);
  for (const Drawing& drawing : Drawings()) {
    if (drawing.type == type) return drawing.draw(image, results, style);
  }
  auto lines = Summarize(results, style.names);
  if (lines.empty()) lines.push_back("nothing found");
  return WithCaption(Canvas(image).picture, lines);
}

cv::Mat DrawAll(const cv::Mat& image, Span<const Value> outputs, Style style) {
  size_t places = 0;
  for (size_t i = outputs.size(); i-- > 0;) {
    const ResultType* type = TypeIn(outputs[i]);
    if (type && type->is_list && type->Find("bbox")) places = i;
  }
  for (size_t i = 0; i < outputs.size(); ++i) {
    const Value& others = outputs[i];
    const bool fits = i != places && others.is_list() && outputs[places].is_list() &&
                      others.list().size() == outputs[places].list().size();
    if (!fits) continue;
    style.captions.resize(others.list().size());
    for (size_t k = 0; k < others.list().size(); ++k) {
      std::string& caption = style.captions[k];
      caption += (caption.empty() ? "" : " ") + Caption(others.list()[k], style.names);
    }
  }
  return Draw(image, outputs[places], style);
}

}  // namespace mmdeploy
