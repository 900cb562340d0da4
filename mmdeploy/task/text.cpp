#include "mmdeploy/task/text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <numeric>

#include "mmdeploy/task/results.h"

namespace mmdeploy {
namespace {

constexpr std::string_view kLabelField = "label_id";

constexpr size_t kMaxItems = 20;  // of a list in a line

std::string Numbers(const float* values, size_t count) {
  return fmt::format("{:.1f}", fmt::join(values, values + count, " "));
}

float Mean(const std::vector<float>& values) {
  const double sum = std::accumulate(values.begin(), values.end(), 0.0);
  return static_cast<float>(sum / static_cast<double>(values.size()));
}

// "0.910 0.880", and of a long list the first ones: "0.910 0.880 ... (133, mean 0.794)".
std::string Listed(const std::vector<float>& values) {
  const size_t shown = std::min(values.size(), kMaxItems);
  std::string text = fmt::format("{:.3f}", fmt::join(values.begin(), values.begin() + shown, " "));
  if (shown == values.size()) return text;
  return text + fmt::format(" ... ({}, mean {:.3f})", values.size(), Mean(values));
}

// "(10.0, 20.5) (12.0, 30.1)", with the score behind each point where there is one.
std::string Listed(const std::vector<Point>& points, const std::vector<float>* scores) {
  const size_t shown = std::min(points.size(), kMaxItems);
  std::string text;
  for (size_t i = 0; i < shown; ++i) {
    text += fmt::format("{}({:.1f}, {:.1f})", i ? " " : "", points[i].x, points[i].y);
    if (scores) text += fmt::format(" {:.3f}", (*scores)[i]);
  }
  if (shown == points.size()) return text;
  const std::string mean = scores ? fmt::format(", mean score {:.3f}", Mean(*scores)) : "";
  return text + fmt::format(" ... ({}{})", points.size(), mean);
}

// How much is said of lists.
enum class Detail : uint8_t {
  kItems,    // what is in them
  kSummary,  // how long they are, and the mean of numbers
};

// The text of one field; "" for one that is empty.
struct FieldText {
  const Field& field;
  const std::vector<std::string>& names;
  Detail detail;
  // Of points: the numbers that stand behind them; nullptr if the record has none.
  const std::vector<float>* scores = nullptr;

  std::string operator()(const int* value) const {
    if (field.name == kLabelField) return "label " + LabelText(*value, names);
    return fmt::format("{} {}", field.name, *value);
  }
  std::string operator()(const float* value) const {
    return fmt::format("{} {:.4f}", field.name, *value);
  }
  std::string operator()(const std::string* value) const {
    return fmt::format("{} '{}'", field.name, *value);
  }
  std::string operator()(const Rect* box) const { return Named(Numbers(&box->left, 4)); }
  std::string operator()(const RotatedBox* box) const { return Named(Numbers(box->data(), 5)); }
  std::string operator()(const Point* point) const { return Named(Numbers(&point->x, 2)); }
  std::string operator()(const Quad* quad) const { return Named(Numbers(&(*quad)[0].x, 8)); }
  std::string operator()(const std::vector<float>* values) const {
    if (values->empty()) return "";
    if (detail == Detail::kItems) return Named(Listed(*values));
    return fmt::format("{} of {} numbers, mean {:.3f}", field.name, values->size(), Mean(*values));
  }
  std::string operator()(const std::vector<Point>* points) const {
    if (detail == Detail::kItems && !points->empty()) return Named(Listed(*points, scores));
    return fmt::format("{} of {} points", field.name, points->size());
  }
  std::string operator()(const Tensor* tensor) const {
    return tensor->empty() ? "" : Named(Name(tensor->shape()));
  }
  std::string operator()(const Image* image) const {
    return Named(fmt::format("{}x{} {}", image->height, image->width, Name(image->format)));
  }

 private:
  std::string Named(const std::string& text) const {
    return fmt::format("{} {}", field.name, text);
  }
};

// The only points of a record, and the only numbers, where there are as many: a score per point.
struct ScoredPoints {
  const std::vector<Point>* points = nullptr;
  const std::vector<float>* scores = nullptr;

  explicit ScoredPoints(const Record& record) {
    int lists = 0;
    for (const Field& field : record.type->fields) {
      const FieldPointer pointer = record.Get(field);
      if (const auto* found = std::get_if<std::vector<Point>*>(&pointer)) points = *found, ++lists;
      if (const auto* found = std::get_if<std::vector<float>*>(&pointer)) scores = *found, ++lists;
    }
    const bool fits = lists == 2 && points && scores && points->size() == scores->size();
    if (!fits) points = nullptr, scores = nullptr;
  }
};

std::string Say(const Record& record, const std::vector<std::string>& names, Detail detail) {
  const ScoredPoints scored(record);
  std::string line;
  for (const Field& field : record.type->fields) {
    const FieldPointer pointer = record.Get(field);
    const auto* numbers = std::get_if<std::vector<float>*>(&pointer);
    // They stand behind the points.
    if (detail == Detail::kItems && numbers && *numbers == scored.scores && scored.scores) continue;
    const std::string text = std::visit(FieldText{field, names, detail, scored.scores}, pointer);
    line += (line.empty() || text.empty() ? "" : "  ") + text;
  }
  return line;
}

std::vector<std::string> Say(const Value& results, const std::vector<std::string>& names,
                             Detail detail) {
  if (results.is_record()) return {Say(results.record(), names, detail)};
  if (!results.is_list()) return {Describe(results)};
  std::vector<std::string> lines;
  for (const Value& item : results.list()) {
    for (auto& line : Say(item, names, detail)) lines.push_back(std::move(line));
  }
  return lines;
}

bool HoldsBoxes(const Value& results) {
  const bool has_records =
      results.is_list() && !results.list().empty() && results.list()[0].is_record();
  return has_records && HasBox(*results.list()[0].record().type);
}

}  // namespace

std::string LabelText(int label, const std::vector<std::string>& names) {
  const auto index = static_cast<size_t>(label);
  const bool named = label >= 0 && index < names.size() && !names[index].empty();
  return named ? fmt::format("{} {}", label, names[index]) : std::to_string(label);
}

std::string Summarize(const Record& record, const std::vector<std::string>& names) {
  return Say(record, names, Detail::kItems);
}

std::vector<std::string> Summarize(const Value& results, const std::vector<std::string>& names) {
  return Say(results, names, Detail::kItems);
}

std::vector<std::string> SummarizeBriefly(const Value& results,
                                          const std::vector<std::string>& names) {
  return Say(results, names, Detail::kSummary);
}

std::vector<std::string> SummarizeAll(Span<const Value> outputs,
                                      const std::vector<std::string>& names) {
  bool pairs = std::all_of(outputs.begin(), outputs.end(), [&](const Value& value) {
    return value.is_list() && value.list().size() == outputs[0].list().size();
  });
  // Two detectors may find as many objects, but not the same.
  pairs &= std::count_if(outputs.begin(), outputs.end(), HoldsBoxes) <= 1;
  std::vector<std::string> lines;
  if (outputs.size() > 1 && pairs) {
    for (size_t i = 0; i < outputs[0].list().size(); ++i) {
      auto& line = lines.emplace_back();
      for (const Value& output : outputs) {
        const auto texts = Summarize(output.list()[i], names);
        line += fmt::format("{}{}", line.empty() ? "" : "  ", fmt::join(texts, "; "));
      }
    }
    return lines;
  }
  for (const Value& output : outputs) {
    for (auto& line : Summarize(output, names)) lines.push_back(std::move(line));
  }
  return lines;
}

std::string Caption(const Value& result, const std::vector<std::string>& names) {
  if (result.is_list()) return result.list().empty() ? "" : Caption(result.list()[0], names);
  if (!result.is_record()) return Describe(result);
  const Record& record = result.record();
  for (const Field& field : record.type->fields) {
    const FieldPointer pointer = record.Get(field);
    if (const auto* text = std::get_if<std::string*>(&pointer)) return **text;
    const auto* label = std::get_if<int*>(&pointer);
    if (label && field.name == kLabelField) return LabelText(**label, names);
  }
  return Say(record, names, Detail::kSummary);
}

}  // namespace mmdeploy
