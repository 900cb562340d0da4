#include <algorithm>
#include <opencv2/imgproc.hpp>

#include "mmdeploy/base/parallel.h"
#include "mmdeploy/codebase/mmocr/head/outlines.h"
#include "mmdeploy/codebase/mmocr/head/rows.h"
#include "mmdeploy/codebase/mmocr/head/text_maps.h"
#include "mmdeploy/codebase/mmocr/head/unclip.h"

namespace mmdeploy::mmocr {
namespace {

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
Rows Threshold(const Maps& maps, float threshold, const Mask& mask) {
  Rows rows;
  bool was_text = false;
  for (int y = 0; y < maps.height; ++y) {
    const float* values = maps.data + static_cast<int64_t>(y) * maps.width;
    uint8_t* to = mask.data + y * mask.stride;
    const RowContent row = ThresholdRow(values, maps.width, threshold, to);
    to[-1] = to[maps.width] = 0;
    if (row.has_text && !was_text) rows.bands.emplace_back(y, y + 1);
    if (row.has_text) rows.bands.back().end = y + 1;
    was_text = row.has_text;
    rows.has_nan |= row.has_nan;
  }
  return rows;
}

// A mask of a map's size, whose pixels are open.
Result<Tensor> AllocateMask(const Maps& maps, BufferPool* pool, Mask* mask) {
  mask->height = maps.height;
  mask->width = maps.width;
  mask->stride = int64_t{maps.width} + 2;
  MMDEPLOY_TRY(Tensor buffer,
               Tensor::Allocate(DataType::kUint8, {int64_t{maps.height} + 2, mask->stride}, pool));
  auto* first = buffer.data<uint8_t>();
  std::fill_n(first, mask->stride, uint8_t{0});
  std::fill_n(first + (int64_t{maps.height} + 1) * mask->stride, mask->stride, uint8_t{0});
  mask->data = first + mask->stride + 1;
  return buffer;
}

// The outlines in a mask, the lowest first: no outline crosses an empty row.
std::vector<Polygon> FindOutlines(const Mask& mask, const std::vector<Band>& bands,
                                  int num_threads) {
  std::vector<std::vector<Polygon>> found(bands.size());
  ParallelFor(static_cast<int64_t>(bands.size()), num_threads, [&](int64_t i) {
    const auto index = static_cast<size_t>(i);
    found[index] = FindOutlines(mask, bands[bands.size() - 1 - index]);
  });
  std::vector<Polygon> outlines;
  for (auto& some : found) {
    std::move(some.begin(), some.end(), std::back_inserter(outlines));
  }
  return outlines;
}

// The mean probability inside a polygon of the map.
double MeanInside(const cv::Mat& map, const Polygon& polygon) {
  const cv::Rect box = cv::boundingRect(polygon);
  cv::Mat mask(box.size(), CV_8U, cv::Scalar(0));
  const cv::Point* points = polygon.data();
  const int count = static_cast<int>(polygon.size());
  cv::fillPoly(mask, &points, &count, 1, cv::Scalar(1), cv::LINE_8, 0, -box.tl());
  double sum = 0;
  for (int y = 0; y < box.height; ++y) {
    sum += SumInside(map.ptr<float>(box.y + y) + box.x, mask.ptr<uint8_t>(y), box.width);
  }
  return sum / cv::countNonZero(mask);
}

// Texts are where the first map [1,C,H,W] or [1,H,W] of probabilities is above a threshold (DBNet;
// sdk interface 16.8). Numbers are those of mmocr's DBPostprocessor for quads.
class DbHead : public Module {
 public:
  explicit DbHead(const Args& args) : signature_(HeadSignature<TextDetection>(2)), args_(args) {}

  const Signature& signature() const override { return signature_; }

  Result<Values> Run(Span<const Value> inputs, const RunContext& context) const override {
    MMDEPLOY_TRY(const Maps maps, FindMaps(inputs[1].tensors(), 3, 1));
    Mask mask;
    MMDEPLOY_TRY(const Tensor buffer, AllocateMask(maps, context.pool, &mask));
    const Rows rows = Threshold(maps, args_.mask_thr, mask);
    if (rows.has_nan) MMDEPLOY_TRYV(RequireMaps(inputs[1].tensors(), 3, 1));
    std::vector<Polygon> outlines = FindOutlines(mask, rows.bands, context.num_threads);
    // As in mmocr, whose loop ends behind the candidate of this index.
    outlines.resize(std::min(outlines.size(), static_cast<size_t>(args_.max_candidates) + 1));
    const ImageMeta& meta = inputs[0].sample().meta;
    std::vector<Result<std::optional<TextDetection>>> found(outlines.size());
    ParallelFor(static_cast<int64_t>(outlines.size()), context.num_threads, [&](int64_t i) {
      const auto index = static_cast<size_t>(i);
      found[index] = ReadText(maps.channel(0), outlines[index], meta);
    });
    Value::List texts;
    for (auto& text : found) {
      if (!text) return MakeError(text.error());
      if (*text) texts.emplace_back(std::move(**text));
    }
    return Values{Value(std::move(texts))};
  }

 private:
  Result<std::optional<TextDetection>> ReadText(const cv::Mat& map, const Polygon& outline,
                                                const ImageMeta& meta) const {
    Polygon polygon;
    cv::approxPolyDP(outline, polygon, args_.epsilon_ratio * cv::arcLength(outline, true), true);
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
