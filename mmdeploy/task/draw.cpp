#include "mmdeploy/task/draw.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <opencv2/imgproc.hpp>

#include "mmdeploy/task/results.h"
#include "mmdeploy/task/text.h"

namespace mmdeploy {

#define MMDEPLOY_TASK(folder)               \
  const ResultType& folder##_result_type(); \
  void folder##_draw(const Value& results, const Style& style, Canvas* canvas);
#include "mmdeploy/task/task_list.inc"
#undef MMDEPLOY_TASK

namespace {

constexpr int kMinWidth = 320;
constexpr double kFont = 0.5;
constexpr int kFace = cv::FONT_HERSHEY_SIMPLEX;

struct Drawing {
  const ResultType* type;
  void (*draw)(const Value& results, const Style& style, Canvas* canvas);
};

const std::vector<Drawing>& Drawings() {
  static const auto* drawings = new std::vector<Drawing>{
#define MMDEPLOY_TASK(folder) {&folder##_result_type(), folder##_draw},
#include "mmdeploy/task/task_list.inc"
#undef MMDEPLOY_TASK
  };
  return *drawings;
}

const Drawing* FindDrawing(const ResultType* type) {
  for (const Drawing& drawing : Drawings()) {
    if (drawing.type == type) return &drawing;
  }
  return nullptr;
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

template <class T>
bool HasField(const ResultType& type) {
  const std::shared_ptr<void> record = type.create();
  return std::any_of(type.fields.begin(), type.fields.end(), [&](const Field& field) {
    return std::holds_alternative<T*>(field.get(record.get()));
  });
}

bool HasPlace(const ResultType& type) { return HasBox(type) || HasField<std::vector<Point>>(type); }

// What is drawn first: results that cover the image, then those with places in it, then images,
// which take its place.
int LayerOf(const ResultType& type) {
  if (HasField<Image>(type)) return 2;
  return !HasPlace(type) && HasField<Tensor>(type) ? 0 : 1;
}

// An output of a pipeline, and what becomes of it in the picture.
struct Layer {
  const Value* value = nullptr;
  const ResultType* type = nullptr;  // nullptr: is not drawn but written
  bool has_places = false;           // in the image that was given
};

std::vector<Layer> LayersOf(Span<const Value> outputs, Span<const EdgeType> types) {
  std::vector<Layer> layers;
  for (size_t i = 0; i < outputs.size(); ++i) {
    Layer layer{&outputs[i], TypeIn(outputs[i])};
    if (!FindDrawing(layer.type)) layer.type = nullptr;
    // What was found in a part of the image would be drawn at a wrong place.
    const bool covers = layer.type && LayerOf(*layer.type) == 0;
    const bool is_placed = layer.type && HasPlace(*layer.type);
    if ((covers || is_placed) && types[i].of_cut_image) layer.type = nullptr;
    layer.has_places = layer.type && is_placed;
    layers.push_back(layer);
  }
  return layers;
}

// The layer whose results others may say something of: boxes before points, whose boxes they often
// come from. nullptr if there is none.
const Layer* FindPlaces(const std::vector<Layer>& layers) {
  const Layer* places = nullptr;
  for (const Layer& layer : layers) {
    const bool is_list = layer.has_places && layer.value->is_list();
    if (!is_list) continue;
    if (!places || (!HasBox(*places->type) && HasBox(*layer.type))) places = &layer;
  }
  return places;
}

bool SaysSomethingOf(const Layer& layer, const Layer* places) {
  return places && &layer != places && !layer.has_places && layer.value->is_list() &&
         layer.value->list().size() == places->value->list().size();
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

std::string Style::CaptionOf(size_t index) const {
  return index < captions.size() ? captions[index] : "";
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
  const auto clip = [](float value) {
    return std::isnan(value) ? 0 : static_cast<int>(std::clamp(value, -1e5f, 1e5f));
  };
  const auto factor = static_cast<float>(scale);
  return {clip(std::round(x * factor)), clip(std::round(y * factor))};
}

std::string Canvas::Shown(const std::string& text) {
  std::string shown;
  bool is_whole = true;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0) == 0x80) continue;  // the rest of a symbol of several bytes
    const bool is_known = byte >= 0x20 && byte < 0x7F;
    shown += is_known ? c : '?';
    is_whole &= is_known;
  }
  if (is_whole) return shown;
  auto found = std::find(legend.begin(), legend.end(), text);
  if (found == legend.end()) found = legend.insert(legend.end(), text);
  return fmt::format("[{}] {}", found - legend.begin() + 1, shown);
}

void Canvas::Label(float x, float y, const std::string& text, const cv::Scalar& colour) {
  const std::string shown = Shown(text);
  int baseline = 0;
  const cv::Size size = cv::getTextSize(shown, kFace, kFont, 1, &baseline);
  const cv::Size strip(size.width + 6, size.height + baseline + 4);
  cv::Point corner = At(x, y) - cv::Point(0, strip.height);
  corner.x = std::clamp(corner.x, 0, std::max(0, picture.cols - strip.width));
  corner.y = std::clamp(corner.y, 0, std::max(0, picture.rows - strip.height));
  cv::rectangle(picture, cv::Rect(corner, strip), colour, cv::FILLED);
  const bool bright = 0.114 * colour[0] + 0.587 * colour[1] + 0.299 * colour[2] > 140;
  cv::putText(picture, shown, corner + cv::Point(3, size.height + 2), kFace, kFont,
              bright ? cv::Scalar(0, 0, 0) : cv::Scalar(255, 255, 255), 1, cv::LINE_AA);
}

void Canvas::Finish() {
  if (lines.empty()) return;
  constexpr int kLine = 22, kMargin = 8;
  const int strip = kLine * static_cast<int>(lines.size()) + 2 * kMargin;
  int y = picture.rows + kMargin + kLine - 7;
  cv::copyMakeBorder(picture, picture, 0, strip, 0, 0, cv::BORDER_CONSTANT, {32, 32, 32});
  for (const auto& line : lines) {
    cv::putText(picture, Shown(line), {kMargin, y}, kFace, kFont, {255, 255, 255}, 1, cv::LINE_AA);
    y += kLine;
  }
}

Picture Draw(const cv::Mat& image, Span<const Value> outputs, Span<const EdgeType> types,
             Style style) {
  Canvas canvas(image);
  std::vector<Layer> layers = LayersOf(outputs, types);
  const Layer* places = FindPlaces(layers);
  std::vector<const Layer*> drawn;
  for (const Layer& layer : layers) {
    if (!SaysSomethingOf(layer, places)) {
      drawn.push_back(&layer);
      continue;
    }
    const Value::List& items = layer.value->list();
    style.captions.resize(items.size());
    for (size_t k = 0; k < items.size(); ++k) {
      std::string& caption = style.captions[k];
      caption += (caption.empty() ? "" : " ") + Caption(items[k], style.names);
    }
  }
  std::stable_sort(drawn.begin(), drawn.end(), [](const Layer* a, const Layer* b) {
    return (a->type ? LayerOf(*a->type) : 1) < (b->type ? LayerOf(*b->type) : 1);
  });
  Style plain = style;
  plain.captions.clear();
  bool is_empty = true;
  for (const Layer* layer : drawn) {
    is_empty &= layer->value->is_list() && layer->value->list().empty();
    if (layer->type) {
      FindDrawing(layer->type)->draw(*layer->value, layer == places ? style : plain, &canvas);
      continue;
    }
    for (auto& line : SummarizeBriefly(*layer->value, style.names)) canvas.lines.push_back(line);
  }
  if (is_empty) canvas.lines.push_back("nothing found");
  canvas.Finish();
  return {canvas.picture, canvas.legend, canvas.hidden_objects, canvas.hidden_points};
}

}  // namespace mmdeploy
