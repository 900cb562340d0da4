#include <algorithm>
#include <opencv2/imgproc.hpp>
#include <polyclipping/clipper.hpp>

#include "mmdeploy/base/parallel.h"
#include "mmdeploy/codebase/mmocr/head/rows.h"
#include "mmdeploy/codebase/mmocr/head/text_maps.h"

namespace mmdeploy::mmocr {
namespace {

using Polygon = std::vector<cv::Point>;

struct Args {
  MapScale scale;
  float mask_thr = 0.3F;
  double min_text_score = 0.3;
  double min_text_width = 5;  // pixels of the map
  double unclip_ratio = 1.5;
  double epsilon_ratio = 0.01;  // of the perimeter: what a simpler polygon may be off
  int max_candidates = 3000;
  bool is_quad = true;  // else polygons are meant, which mmocr does not measure
};

// Rows of a map that have text, and none above and below.
using Band = cv::Range;

// What one look at a map finds.
struct Rows {
  std::vector<Band> bands;
  bool has_nan = false;
};

// Writes 1 where a probability is above the threshold and 0 elsewhere.
Rows Threshold(const Maps& maps, float threshold, uint8_t* mask) {
  Rows rows;
  bool was_text = false;
  for (int y = 0; y < maps.height; ++y) {
    const int64_t offset = static_cast<int64_t>(y) * maps.width;
    const RowContent row = ThresholdRow(maps.data + offset, maps.width, threshold, mask + offset);
    if (row.has_text && !was_text) rows.bands.emplace_back(y, y + 1);
    if (row.has_text) rows.bands.back().end = y + 1;
    was_text = row.has_text;
    rows.has_nan |= row.has_nan;
  }
  return rows;
}

// The outlines of what is connected in a mask, in the order in which OpenCV finds them in all of
// it: no outline crosses an empty row, and the lowest come first.
std::vector<Polygon> FindContours(const cv::Mat& mask, const std::vector<Band>& bands,
                                  int num_threads) {
  std::vector<std::vector<Polygon>> found(bands.size());
  ParallelFor(static_cast<int64_t>(bands.size()), num_threads, [&](int64_t i) {
    const Band& band = bands[bands.size() - 1 - static_cast<size_t>(i)];
    cv::findContours(mask.rowRange(band), found[static_cast<size_t>(i)], cv::RETR_LIST,
                     cv::CHAIN_APPROX_SIMPLE, {0, band.start});
  });
  std::vector<Polygon> contours;
  for (auto& some : found) {
    std::move(some.begin(), some.end(), std::back_inserter(contours));
  }
  return contours;
}

// The mean probability inside a polygon of the map.
double MeanInside(const cv::Mat& map, const Polygon& polygon) {
  const cv::Rect box = cv::boundingRect(polygon);
  cv::Mat mask = cv::Mat::zeros(box.size(), CV_8U);
  cv::fillPoly(mask, std::vector<Polygon>{polygon}, cv::Scalar(1), cv::LINE_8, 0, -box.tl());
  double sum = 0;
  for (int y = 0; y < box.height; ++y) {
    sum += SumInside(map.ptr<float>(box.y + y) + box.x, mask.ptr<uint8_t>(y), box.width);
  }
  return sum / cv::countNonZero(mask);
}

double Area(const Polygon& polygon) {
  int64_t twice = 0;
  for (size_t i = 0; i < polygon.size(); ++i) {
    const cv::Point& a = polygon[i];
    const cv::Point& b = polygon[(i + 1) % polygon.size()];
    twice += int64_t{a.x} * b.y - int64_t{a.y} * b.x;
  }
  return std::abs(static_cast<double>(twice)) / 2;
}

double Perimeter(const Polygon& polygon) {
  double length = 0;
  for (size_t i = 0; i < polygon.size(); ++i) {
    length += cv::norm(polygon[i] - polygon[(i + 1) % polygon.size()]);
  }
  return length;
}

// The network is trained on shrunk texts: the polygon moved outwards by area * ratio / perimeter,
// with round corners. Empty if nothing, or more than one polygon, comes out.
Polygon Unclip(const Polygon& polygon, double ratio) {
  const double perimeter = Perimeter(polygon);
  if (perimeter <= 0) return {};
  ClipperLib::Path path;
  for (const cv::Point& point : polygon) path.emplace_back(point.x, point.y);
  ClipperLib::ClipperOffset offset;
  offset.AddPath(path, ClipperLib::jtRound, ClipperLib::etClosedPolygon);
  ClipperLib::Paths moved;
  offset.Execute(moved, Area(polygon) * ratio / perimeter);
  if (moved.size() != 1) return {};
  Polygon result;
  for (const auto& point : moved[0]) {
    result.emplace_back(static_cast<int>(point.X), static_cast<int>(point.Y));
  }
  return result;
}

// Texts are where the first map [1,C,H,W] or [1,H,W] of probabilities is above a threshold (DBNet;
// sdk interface 16.8). Numbers are those of mmocr's DBPostprocessor for quads.
class DbHead : public Module {
 public:
  explicit DbHead(const Args& args) : signature_(HeadSignature<TextDetection>(2)), args_(args) {}

  const Signature& signature() const override { return signature_; }

  Result<Values> Run(Span<const Value> inputs, const RunContext& context) const override {
    MMDEPLOY_TRY(const Maps maps, FindMaps(inputs[1].tensors(), 3, 1));
    MMDEPLOY_TRY(const Tensor buffer,
                 Tensor::Allocate(DataType::kUint8, {maps.height, maps.width}, context.pool));
    const cv::Mat mask(maps.height, maps.width, CV_8U, buffer.raw());
    const Rows rows = Threshold(maps, args_.mask_thr, mask.data);
    if (rows.has_nan) MMDEPLOY_TRYV(RequireMaps(inputs[1].tensors(), 3, 1));
    std::vector<Polygon> contours = FindContours(mask, rows.bands, context.num_threads);
    // As in mmocr, whose loop ends behind the candidate of this index.
    contours.resize(std::min(contours.size(), static_cast<size_t>(args_.max_candidates) + 1));
    const ImageMeta& meta = inputs[0].sample().meta;
    std::vector<Result<std::optional<TextDetection>>> found(contours.size());
    ParallelFor(static_cast<int64_t>(contours.size()), context.num_threads, [&](int64_t i) {
      const auto index = static_cast<size_t>(i);
      found[index] = ReadText(maps.channel(0), contours[index], meta);
    });
    Value::List texts;
    for (auto& text : found) {
      if (!text) return MakeError(text.error());
      if (*text) texts.emplace_back(std::move(**text));
    }
    return Values{Value(std::move(texts))};
  }

 private:
  Result<std::optional<TextDetection>> ReadText(const cv::Mat& map, const Polygon& contour,
                                                const ImageMeta& meta) const {
    Polygon polygon;
    cv::approxPolyDP(contour, polygon, args_.epsilon_ratio * cv::arcLength(contour, true), true);
    if (polygon.size() < 4) return std::nullopt;
    const double score = MeanInside(map, polygon);
    if (score < args_.min_text_score) return std::nullopt;
    const Polygon text = Unclip(polygon, args_.unclip_ratio);
    if (text.empty()) return std::nullopt;
    const auto corners = RectangleAround(text, args_.is_quad ? args_.min_text_width : -1);
    if (!corners) return std::nullopt;
    return ToText(*corners, score, meta, args_.scale);
  }

  Signature signature_;
  const Args args_;
};

void Read(JsonReader& params, Args* args) {
  ReadScale(params, &args->scale);
  params.Read("mask_thr", &args->mask_thr);
  params.Read("min_text_score", &args->min_text_score);
  params.Read("min_text_width", &args->min_text_width);
  params.Read("unclip_ratio", &args->unclip_ratio, 0.0, 1e3);
  params.Read("epsilon_ratio", &args->epsilon_ratio, 0.0, 1.0);
  // 0.x read the name without the s, which no model has.
  params.Read("max_candidate", &args->max_candidates, 0, 1 << 20);
  params.Read("max_candidates", &args->max_candidates, 0, 1 << 20);
  params.ReadEnum("text_repr_type", {{"quad", true}, {"poly", false}}, &args->is_quad);
}

Result<std::unique_ptr<Module>> Create(JsonReader& params, const ModuleEnv& env) {
  Args args;
  MMDEPLOY_TRYV(ReadParams(params, env, [&](JsonReader& reader) { Read(reader, &args); }));
  MMDEPLOY_TRYV(CheckTakesImage(env, params.path()));
  MMDEPLOY_TRYV(CheckOutputs(env, params.path(), {{"output", {DataType::kFloat32}, 3}}));
  return std::make_unique<DbHead>(args);
}

}  // namespace
}  // namespace mmdeploy::mmocr

namespace mmdeploy {
std::vector<HeadType> db_head_heads() { return {{"mmocr", "DBHead", mmocr::Create}}; }
}  // namespace mmdeploy
